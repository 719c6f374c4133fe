// The style sheet of report.html. Colours keep 4.5:1 for text in both themes; a colour never stands
// alone.
#ifndef PLUMBLINE_REPORTS_STYLE_H_
#define PLUMBLINE_REPORTS_STYLE_H_

namespace plumbline::report {

inline constexpr const char* kStyle = R"css(
:root{color-scheme:light dark;--page:#fff;--text:#1b1f24;--muted:#57606a;--worse:#b34700;--better:#0b3d66;
--neutral:#5c6670;--link:#0a58ca;--line:#d0d7de;--soft:#f6f8fa;--loud:#fff4e5}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--text:#e6edf3;--muted:#9ba6b2;--worse:#ffb27a;
--better:#4f9be0;--neutral:#9ba6b2;--link:#79b8ff;--line:#3d444d;--soft:#161b22;--loud:#2b1d0e}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR",sans-serif;overflow-wrap:anywhere}
body>*{max-width:1120px;margin:0 auto;padding:0 20px}
header p{margin:16px 0 0;color:var(--muted);font-size:14px}
main{padding-bottom:48px}
section{margin-top:32px;padding-top:20px;border-top:1px solid var(--line)}
section:first-child{margin-top:8px;padding-top:0;border-top:0}
h1{font-size:34px;line-height:1.2;margin:4px 0 8px}
h2{font-size:21px;line-height:1.3;margin:0 0 8px}
h1 a,h2 a{color:inherit;text-decoration:none}
p{margin:8px 0;max-width:84ch}
.lead p:first-of-type{font-size:20px;line-height:1.4}
.muted{color:var(--muted)}
.worse{color:var(--worse)}
.better{color:var(--better)}
td.worse,td.better,p.warning{font-weight:600}
p.warning{background:var(--loud);border-left:4px solid var(--worse);padding:8px 12px}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav ul{list-style:none;margin:20px 0 0;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px;font-size:14px}
nav a{display:inline-block;padding:4px 0}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Noto Sans Mono CJK KR",monospace;font-size:.92em}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:10px 14px;margin:8px 0;
white-space:pre-wrap}
pre code{user-select:all;-webkit-user-select:all;font-size:14px}
.label{font-size:13px;font-weight:600;color:var(--muted);margin:14px 0 0}
.scroll{overflow-x:auto;margin:12px 0;border:1px solid var(--line);border-radius:6px}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.4;overflow-wrap:normal}
caption{text-align:left;padding:8px 12px;color:var(--muted);font-size:13px;font-weight:600}
th,td{text-align:left;vertical-align:top;padding:5px 12px;border-top:1px solid var(--line)}
thead th{background:var(--soft);font-size:13px;white-space:nowrap}
tbody th{font-weight:500}
td{max-width:46ch}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.num.long{white-space:normal}
.whole{white-space:nowrap}
tr:target,:target>h2,p:target{background:var(--loud)}
details{margin:12px 0}
summary{cursor:pointer;padding:4px 0;color:var(--link);font-size:14px}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(340px,100%),1fr));gap:16px}
figure{margin:0}
figcaption{font-size:14px;font-weight:600}
svg{width:100%;max-width:440px;height:auto;display:block}
svg .baseline{stroke:var(--neutral)}
svg .candidate{stroke:var(--worse)}
@media (max-width:600px){body>*{padding:0 14px}h1{font-size:27px}.lead p:first-of-type{font-size:17px}
th,td{padding:5px 8px}}
@media print{:root{--page:#fff;--text:#000;--muted:#444;--worse:#b34700;--better:#0b3d66;--neutral:#5c6670;
--link:#000;--line:#bbb;--soft:#fff;--loud:#fff}nav{display:none}section{break-inside:auto;margin-top:18px}
h2,caption{break-after:avoid}tr,figure,pre{break-inside:avoid}.scroll{overflow:visible;border:0}
table{font-size:11px}body{font-size:12px}}
)css";

}  // namespace plumbline::report

#endif  // PLUMBLINE_REPORTS_STYLE_H_
