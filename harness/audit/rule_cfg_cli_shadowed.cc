// cfg-cli-shadowed-by-file: a file's value beat the command line, or a report says so.
#include <set>

#include "harness/audit/batch_product.h"
#include "harness/audit/phrase.h"
#include "harness/audit/rule.h"

namespace plumbline::audit {
namespace {

constexpr Text kShadowed = {
    "{key}: the command line says {argument}, the file says {file}, and the run was resolved to "
    "{resolved}: the file won in silence",
    "{key}: 명령행은 {argument}, 파일은 {file}, 확정된 값은 {resolved}: 파일이 조용히 이김"};
constexpr Text kNotInForce = {
    "accumulation {said} was not in force although the report says the file overrode the command "
    "line: the trace proves {observed} rows per optimizer step, which {said} does not divide; the "
    "command line's {product} agrees",
    "보고서는 파일이 명령행을 덮어썼다고 하지만 누적 {said}은(는) 적용되지 않음: 기록은 스텝당 {observed}행을 "
    "증명하며 {said}(으)로 나누어지지 않음; 명령행의 {product}와(과) 일치"};
constexpr Text kUndecided = {
    "the trace proves {observed} rows per optimizer step, so the report's claim (batch {micro}, "
    "accumulation {said}) was not in force as a whole; (micro-batch, accumulation) is one of "
    "{pairs}: accumulation {said} is possible only with micro-batch {only}",
    "기록은 스텝당 {observed}행을 증명하므로 보고서의 주장(배치 {micro}, 누적 {said})은 그대로 적용되지 않음; "
    "(마이크로 배치, 누적)은 {pairs} 중 하나: 누적 {said}은(는) 마이크로 배치 {only}일 때만 가능"};
constexpr Text kSideSupported = {
    "{key}: command line {argument}, file {file}; the trace proves {observed} rows per optimizer "
    "step and supports the {side}",
    "{key}: 명령행 {argument}, 파일 {file}; 기록은 스텝당 {observed}행을 증명하며 {side} 쪽을 지지"};
constexpr Text kShadowSettle = {
    "log micro-batches per optimizer step from the loop (min and max)",
    "루프에서 옵티마이저 스텝당 마이크로 배치 수(최소·최대)를 기록"};
constexpr Text kSemanticsSettle = {
    "log micro-batches per optimizer step from the loop (min and max); were the loop not "
    "transformers' own and did it count micro-steps as steps, 0.95 would be left",
    "루프에서 옵티마이저 스텝당 마이크로 배치 수(최소·최대)를 기록; transformers의 루프가 아니고 마이크로 스텝을 스텝으로 "
    "세는 루프라면 확신은 0.95"};
constexpr Text kShadowDo = {
    "let the command line win and print each setting's origin; do not change accumulation to cure "
    "the run time",
    "명령행이 이기게 하고 각 설정의 출처를 출력할 것; 실행 시간을 고치려고 누적을 바꾸지 말 것"};
constexpr Text kShadowNeeds = {"needs a command line (--cli) beside a file or resolved settings",
                               "명령행(--cli)과 설정 파일 또는 확정된 설정 필요"};

bool SameValue(const std::string& a, const std::string& b) {
  const auto x = ParseDecimal(a);
  const auto y = ParseDecimal(b);
  if (x && y) return x->value == y->value;
  return a == b || (TruthOf(a) && TruthOf(a) == TruthOf(b));
}

// Command line against resolved settings, file against command line.
bool ResolvedBranch(const Context& context, Sink& sink) {
  bool evaluated = false;
  std::set<std::string> keys;
  for (const Setting& setting : context.run.settings) {
    if (setting.layer == Layer::kCommandLine) keys.insert(setting.key);
  }
  for (const std::string& key : keys) {
    const Setting* argument = context.run.Find(key, Layer::kCommandLine);
    const Setting* resolved = context.run.Find(key, Layer::kResolved);
    const Setting* file = context.run.Find(key, Layer::kFile);
    if (resolved == nullptr || key.starts_with("other.")) continue;
    evaluated = true;
    if (SameValue(argument->text, resolved->text)) continue;
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.97, kShadowed)
        .With("key", key)
        .With("argument", argument->text)
        .With("file", file == nullptr ? "?" : file->text)
        .With("resolved", resolved->text)
        .FormulaAsItIs(argument->text + " != " + resolved->text)
        .From(argument->place)
        .From(resolved->place)
        .Do(kShadowDo);
  }
  return evaluated;
}

// A declared file (what was asked for) against what training_args show, without a command line.
bool DeclaredBranch(const Context& context, Sink& sink) {
  static constexpr Text kDeclared = {
      "{key}: {file} asks for {asked}, the run was resolved to {resolved}",
      "{key}: {file} 파일은 {asked}을(를) 요청했으나 확정된 값은 {resolved}"};
  bool evaluated = false;
  std::set<std::string> said;
  for (const Setting& setting : context.run.settings) {
    if (setting.layer != Layer::kFile || !setting.key.starts_with("training.")) continue;
    if (context.run.Find(setting.key, Layer::kCommandLine) != nullptr) continue;
    const Setting* resolved = context.run.Find(setting.key, Layer::kResolved);
    const Setting* asked = context.run.Find(setting.key, Layer::kFile);
    if (resolved == nullptr || asked != &setting) continue;
    evaluated = true;
    if (SameValue(setting.text, resolved->text) || !said.insert(setting.key).second) continue;
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kDeclared)
        .With("key", setting.key)
        .With("file", setting.place.file)
        .With("asked", setting.text)
        .With("resolved", resolved->text)
        .FormulaAsItIs(setting.text + " != " + resolved->text)
        .From(setting.place)
        .From(resolved->place)
        .Do(kShadowDo);
  }
  return evaluated;
}

std::string Pairs(int64_t batch) {
  std::string text = "{";
  for (int64_t micro = batch; micro >= 1; --micro) {
    if (batch % micro != 0) continue;
    text += (text.size() == 1 ? "(" : ", (") + std::to_string(micro) + ", " +
            std::to_string(batch / micro) + ")";
  }
  return text + "}";
}

Finding& TraceInputs(Finding& finding, const Context& context) {
  for (const char* name : {"train_samples_per_second", "train_steps_per_second", "train_runtime"}) {
    if (const Reading* reading = context.run.Final(name)) finding.From(reading->place);
  }
  return finding.Formula(DerivationsText(context.timeline)).Settle(kShadowSettle).Do(kShadowDo);
}

// The steps of an epoch that the multiples of the claimed accumulation around the batch would give.
std::string NearestMultiples(const Context& context, int64_t batch, int64_t accumulation) {
  if (!context.timeline.rows_per_epoch) return "";
  const int64_t rows = *context.timeline.rows_per_epoch;
  std::string text;
  for (const int64_t product : {batch / accumulation, batch / accumulation + 1}) {
    const int64_t multiple = product * accumulation;
    if (multiple < 1) continue;
    text += (text.empty() ? "; " : ", ") + std::to_string(accumulation) + " x " +
            std::to_string(product) + " rows: " + std::to_string((rows + multiple - 1) / multiple) +
            (rows % multiple == 0 ? "" : " or " + std::to_string(rows / multiple)) +
            " steps per epoch";
  }
  return text;
}

// Prose says that the file's accumulation was in force; the trace has the last word.
bool ClaimBranch(const Context& context, Sink& sink) {
  const Setting* claimed = context.run.Find(kAccumulation, Layer::kClaimed);
  const Setting* argument = context.run.Find(kAccumulation, Layer::kCommandLine);
  if (claimed == nullptr || argument == nullptr || SameValue(claimed->text, argument->text)) {
    return claimed != nullptr && argument != nullptr;
  }
  const auto accumulation = ParseDecimal(claimed->text);
  const Setting* micro = context.run.Find(kMicro, Layer::kClaimed);
  if (!accumulation || !context.timeline.effective_batch || accumulation->value < 1) return false;
  const auto claimed_product = ProductOf(context.run, Layer::kClaimed);
  if (claimed_product && context.timeline.Allows(static_cast<int64_t>(claimed_product->value))) return true;
  const int64_t batch = *context.timeline.effective_batch;
  const auto said = static_cast<int64_t>(accumulation->value);
  const auto product = ProductOf(context.run, Layer::kCommandLine);
  const std::string product_text = product ? product->text : argument->text;
  if (batch % said != 0) {
    const double confidence = context.timeline.derivations.size() >= 3 ? 0.99 : 0.95;
    Finding& finding =
        sink.Add(Verdict::kContradiction, Severity::kBlocker, confidence, kNotInForce)
            .With("said", std::to_string(said))
            .With("observed", std::to_string(batch))
            .With("product", product_text)
            .From(claimed->place)
            .From(argument->place);
    TraceInputs(finding, context);
    if (confidence > 0.95) finding.Settle(kSemanticsSettle);
    finding.formula = std::to_string(batch) + " mod " + std::to_string(said) + " = " +
                      std::to_string(batch % said) + NearestMultiples(context, batch, said) + "; " +
                      finding.formula;
    return true;
  }
  Finding& finding = sink.Add(Verdict::kContradiction, Severity::kBlocker, 0.97, kUndecided)
                         .With("said", std::to_string(said))
                         .With("micro", micro == nullptr ? "?" : micro->text)
                         .With("observed", std::to_string(batch))
                         .With("pairs", Pairs(batch))
                         .With("only", std::to_string(batch / said))
                         .From(claimed->place)
                         .From(argument->place);
  TraceInputs(finding, context);
  return true;
}

// File and command line differ, nothing resolved, nothing claimed: the trace takes a side.
bool SideBranch(const Context& context, Sink& sink) {
  const auto argument = ProductOf(context.run, Layer::kCommandLine);
  const auto file = ProductOf(context.run, Layer::kFile);
  if (!argument || !file || context.timeline.batches.empty()) return false;
  if (context.run.Find(kAccumulation, Layer::kClaimed) != nullptr) return true;
  const bool by_argument = context.timeline.Allows(static_cast<int64_t>(argument->value));
  const bool by_file = context.timeline.Allows(static_cast<int64_t>(file->value));
  if (argument->value == file->value || by_argument || !by_file) return true;
  TraceInputs(sink.Add(Verdict::kContradiction, Severity::kBlocker, 0.95, kSideSupported), context)
      .Words("key", "micro-batch x accumulation")
      .With("argument", argument->text)
      .With("file", file->text)
      .Words("observed", BatchesText(context.timeline))
      .With("side", "file", "파일")
      .From(argument->places.front())
      .From(file->places.front());
  return true;
}

void CliShadowed(const Context& context, Sink& sink) {
  bool evaluated = ResolvedBranch(context, sink);
  evaluated = DeclaredBranch(context, sink) || evaluated;
  evaluated = ClaimBranch(context, sink) || evaluated;
  evaluated = SideBranch(context, sink) || evaluated;
  if (!evaluated) sink.NotEvaluated(kShadowNeeds);
}

}  // namespace

Rule CfgCliShadowedByFileRule() {
  Rule rule;
  rule.id = "cfg-cli-shadowed-by-file";
  rule.severity = Severity::kBlocker;
  rule.title = {"a file's value beat the command line, or a report says so and the trace refutes it",
                "파일 값이 명령행을 이겼거나, 그렇다는 주장을 기록이 반증함"};
  rule.explanation = {
      "For each key set on the command line: the resolved value must be the argument's. Without "
      "resolved settings the trace says which side was in force; where prose claims one side and "
      "the trace proves the other, the claim is refuted. Keys renamed between layers are matched by "
      "a table of names.",
      "명령행에 설정된 키마다 확정된 값은 인자와 같아야 함. 확정된 설정이 없으면 기록이 어느 쪽이 적용되었는지 "
      "말해 주며, 글이 한쪽을 주장하고 기록이 다른 쪽을 증명하면 주장은 반증됨."};
  rule.sources = {"huggingface/trl#1733",          "SWE-agent/mini-swe-agent#417",
                  "ultralytics/ultralytics#496",   "radixark/miles_diffusion#23",
                  "ScrollPrize/villa#1489",        "intel/llm-on-ray#98"};
  rule.evaluate = CliShadowed;
  return rule;
}

}  // namespace plumbline::audit
