// plumbline audit PATH...: silent defects of finished runs, ours or anybody's.
#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include "harness/audit/audit.h"
#include "harness/audit/output.h"
#include "harness/audit/read.h"
#include "harness/audit/rule.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/cli/arguments.h"
#include "harness/cli/verb_list.h"

namespace plumbline::cli {
namespace {

audit::Language LanguageOf(const Arguments& arguments) {
  if (!arguments.Has("lang") || arguments.Value("lang") == "en") return audit::Language::kEnglish;
  if (arguments.Value("lang") == "ko") return audit::Language::kKorean;
  Fail(ErrorKind::kUsage, "--lang", Quoted(arguments.Value("lang")), "ko or en", "--lang ko");
}

audit::Severity FailOn(const Arguments& arguments) {
  if (!arguments.Has("fail-on")) return audit::Severity::kBlocker;
  const auto severity = audit::ParseSeverity(arguments.Value("fail-on"));
  if (severity) return *severity;
  Fail(ErrorKind::kUsage, "--fail-on", Quoted(arguments.Value("fail-on")),
       "B (blocker), M (major), m (minor) or i (info)", "--fail-on M");
}

audit::ReadOptions ReadOptionsOf(const Arguments& arguments) {
  audit::ReadOptions options;
  for (const std::string& file : arguments.Values("declared")) options.declared.push_back(file);
  if (arguments.Has("cli")) options.command_line = arguments.Value("cli");
  if (arguments.Has("predictions")) options.predictions = arguments.Value("predictions");
  if (arguments.Has("references")) options.references = arguments.Value("references");
  options.shared = std::make_shared<audit::SharedFiles>();
  return options;
}

std::vector<audit::RunAudit> AuditAll(const Arguments& arguments) {
  if (arguments.positionals().empty()) {
    Fail(ErrorKind::kUsage, "plumbline audit", "no path",
         "one or more run directories, trainer_state.json files, logs or reports",
         "plumbline audit --help");
  }
  const audit::ReadOptions options = ReadOptionsOf(arguments);
  std::vector<audit::RunAudit> audits;
  for (const std::string& path : arguments.positionals()) {
    const audit::Study study = audit::ReadStudy(path, options);
    for (audit::RunAudit& run : audit::AuditStudy(study)) audits.push_back(std::move(run));
  }
  if (arguments.Has("suppressions")) {
    audit::Suppress(audit::ReadSuppressions(arguments.Value("suppressions")), audits);
  }
  return audits;
}

constexpr int kNotJudged = 3;  // DESIGN section 3

// Not one rule had its inputs: a silence that says nothing of the run.
bool NothingJudged(const audit::RunAudit& run) {
  std::set<std::string> open;
  for (const audit::Finding& finding : run.findings) {
    if (finding.verdict != audit::Verdict::kNotEvaluated) return false;
    open.insert(finding.rule);
  }
  return open.size() == audit::Rules().size();
}

int RunAuditVerb(const Arguments& arguments) {
  const audit::Language language = LanguageOf(arguments);
  const audit::Severity fail_on = FailOn(arguments);
  if (arguments.Has("list")) {
    std::cout << audit::ListToText(language);
    return 0;
  }
  if (arguments.Has("explain")) {
    std::cout << audit::ExplainToText(audit::FindRule(arguments.Value("explain")), language);
    return 0;
  }
  const std::vector<audit::RunAudit> audits = AuditAll(arguments);
  if (arguments.Has("html")) {
    WriteFileAtomic(arguments.Value("html"), audit::AuditToHtml(audits, language));
  }
  if (arguments.json()) {
    std::cout << DumpJson(audit::AuditToJson(audits, language));
  } else {
    std::cout << audit::AuditToText(audits, language);
  }
  const auto worst = audit::WorstOf(audits);
  if (worst && *worst <= fail_on) return 1;
  return std::ranges::all_of(audits, NothingJudged) ? kNotJudged : 0;
}

}  // namespace

Verb AuditVerb() {
  Verb verb;
  verb.name = "audit";
  verb.summary = "silent defects of finished runs, ours or HuggingFace's, with the arithmetic";
  verb.positionals = "PATH...";
  verb.options = {
      {"declared", "FILE", "what was asked for: a configuration in YAML or JSON", false, true},
      {"cli", "COMMAND", "the command line that started the run, as one text"},
      {"predictions", "FILE", "outputs, JSON lines or CSV; default: found in the directory"},
      {"references", "FILE", "reference summaries, JSON lines or CSV"},
      {"lang", "LANG", "of the sentences: en (default) or ko"},
      {"fail-on", "SEVERITY", "exit 1 from this severity on: B (default), M, m or i"},
      {"suppressions", "FILE", "YAML list of {rule, reason, path}: findings that are accepted"},
      {"html", "FILE", "also write a page"},
      {"json", "", "the findings as JSON on stdout"},
      {"explain", "RULE", "what a rule looks for, when it errs, and its sources"},
      {"list", "", "all rules"},
  };
  verb.example =
      "plumbline audit outputs/my-run\n"
      "plumbline audit trainer_state.json --declared config.yaml --lang ko\n"
      "tail -n 5000 train.log | plumbline audit -";
  verb.run = RunAuditVerb;
  return verb;
}

}  // namespace plumbline::cli
