// gen-cache-off, msr-not-reproducible, msr-padding-counted: what a run
// says of its own course beside the trace.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/path.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr double kSomePadding = 1.1;
constexpr double kMuchPadding = 1.5;

constexpr Text kCacheOff = {
    "{file} has use_cache false and the run generates: every token recomputes all earlier ones",
    "{file}의 use_cache가 false인데 생성을 수행: 토큰마다 이전 토큰을 모두 다시 계산"};
constexpr Text kCacheDo = {"set use_cache back to true after training with checkpointing",
                           "checkpointing 학습 뒤 use_cache를 true로 복원"};
constexpr Text kCacheSettle = {"time one long generation with use_cache true and false",
                               "긴 생성 하나의 시간을 use_cache 양쪽으로 측정"};
constexpr Text kNeedsCache = {
    "needs generation_config.json or config.json of a run that generates",
    "생성을 수행한 실행의 generation_config.json 또는 config.json 필요"};

constexpr Text kOrder = {
    "{other} has the same seed {seed} and data, yet another order of examples ({digest} against "
    "{other_digest}): the runs cannot be compared step by step",
    "{other}와(과) seed {seed}와(과) 데이터가 같은데 예제 순서가 다름({digest} 대 {other_digest}): 스텝별 비교 불가"};
constexpr Text kThreads = {
    "environment.json does not say how many threads were used: results of other thread counts may "
    "differ in the last digits",
    "environment.json에 스레드 수가 없음: 스레드 수가 다르면 마지막 자리가 달라질 수 있음"};
constexpr Text kReproDo = {"pin threads and draw the order from a named stream of the seed",
                           "스레드 수를 고정하고 순서를 seed의 이름 있는 스트림에서 생성"};
constexpr Text kReproSettle = {"run twice and compare the order digests",
                               "두 번 실행해 순서 다이제스트를 비교"};
constexpr Text kNeedsRepeat = {
    "needs ledger.json or environment.json, and for the order a second run of the same seed",
    "ledger.json 또는 environment.json, 순서 판단에는 같은 seed의 두 번째 실행 필요"};

constexpr Text kPadding = {
    "{counted} tokens were counted, {real} of them are no padding: token rates are {ratio} times "
    "too high; loss tokens are {loss}",
    "집계 토큰 {counted}개 중 패딩이 아닌 것은 {real}개: 토큰 처리율이 {ratio}배 과대; 손실 토큰은 {loss}개"};
constexpr Text kPaddingDo = {
    "report three rates: all, non-padding and loss tokens; compare models by the second",
    "전체·비패딩·손실 토큰의 세 처리율을 보고하고 모델 비교는 비패딩 기준"};
constexpr Text kPaddingSettle = {"sum attention_mask over one epoch",
                                 "한 에폭의 attention_mask 합을 계산"};
constexpr Text kNeedsTokens = {
    "needs a token rate or num_input_tokens_seen, with encoded rows or a ledger",
    "토큰 처리율 또는 num_input_tokens_seen, 그리고 인코딩 행이나 ledger 필요"};

std::optional<bool> CacheOf(const Json& document) {
  if (!document.is_object() || !document.contains("use_cache")) return std::nullopt;
  if (!document["use_cache"].is_boolean()) return std::nullopt;
  return document["use_cache"].get<bool>();
}

bool Generates(const Evidence& run) {
  if (run.Truth("training.predict_with_generate").value_or(false)) return true;
  if (!RowsOf(run).scored.Empty()) return true;
  return std::ranges::any_of(run.evaluations,
                             [](const Point& point) { return point.Find("eval_gen_len"); });
}

void JudgeCache(const Context& context, Sink& sink) {
  const Documents& documents = context.run.documents;
  const bool known = documents.config.is_object() || documents.generation_config.is_object();
  if (!known || !Generates(context.run)) {
    sink.NotEvaluated(kNeedsCache);
    return;
  }
  const auto generation = CacheOf(documents.generation_config);
  const bool off = !generation.value_or(CacheOf(documents.config).value_or(true));
  if (!off) return;
  const char* file = generation ? "generation_config.json" : "config.json";
  sink.Add(Verdict::kDefect, Severity::kMajor, 0.85, kCacheOff)
      .With("file", file)
      .Formula("use_cache = false")
      .From({file, "use_cache", 0})
      .Settle(kCacheSettle)
      .Do(kCacheDo);
}

const Json* Observed(const Json& ledger, const char* name) {
  if (!ledger.is_object() || !ledger.contains("observed")) return nullptr;
  const Json& observed = ledger["observed"];
  return observed.is_object() && observed.contains(name) ? &observed[name] : nullptr;
}

std::optional<std::string> OrderOf(const Evidence& run) {
  const Json* digest = Observed(run.documents.ledger, "example_order_digest");
  if (digest == nullptr || !digest->is_string()) return std::nullopt;
  return digest->get<std::string>();
}

std::string DataOf(const Evidence& run) {
  const Json* digests = Observed(run.documents.ledger, "data_digests");
  return digests == nullptr ? "" : digests->dump();
}

void CompareOrders(const Context& context, const std::string& order, double seed, Sink& sink) {
  for (const Evidence& other : context.study.runs) {
    if (&other == &context.run) return;  // each pair once
    const auto other_order = OrderOf(other);
    if (other.Number("training.seed") != seed || DataOf(other) != DataOf(context.run)) continue;
    if (!other_order || *other_order == order) continue;
    sink.Add(Verdict::kDefect, Severity::kMajor, 0.9, kOrder)
        .With("other", other.name)
        .With("seed", Show(seed, 12))
        .With("digest", order.substr(0, 12))
        .With("other_digest", other_order->substr(0, 12))
        .Formula(order.substr(0, 12) + " != " + other_order->substr(0, 12))
        .From({"ledger.json", "observed.example_order_digest", 0})
        .Settle(kReproSettle)
        .Do(kReproDo);
    return;
  }
}

// Whether environment.json is there and names a number of threads; nullopt: no such file.
std::optional<bool> RecordsThreads(const Evidence& run) {
  const auto path = run.files.directory / "environment.json";
  if (run.files.directory.empty() || !IsFile(path)) return std::nullopt;
  return ReadJsonFile(path).dump().find("threads\":") != std::string::npos;
}

void JudgeRepeat(const Context& context, Sink& sink) {
  const auto order = OrderOf(context.run);
  const auto threads = RecordsThreads(context.run);
  if (!order && !threads) {
    sink.NotEvaluated(kNeedsRepeat);
    return;
  }
  const auto seed = context.run.Number("training.seed");
  if (order && seed) CompareOrders(context, *order, *seed, sink);
  if (threads == false) {
    sink.Add(Verdict::kNote, Severity::kInfo, 0.7, kThreads)
        .Formula("no key *threads")
        .From({"environment.json", "", 0})
        .Settle(kReproSettle)
        .Do(kReproDo);
  }
}

struct Tokens {
  double counted = 0;
  double real = 0;
  double loss = 0;
  Place place;
};

std::optional<double> Counted(const Evidence& run, const char* name) {
  const Json& ledger = run.documents.ledger;
  if (!ledger.is_object() || !ledger.contains("observed")) return std::nullopt;
  return NumberIn(ledger["observed"], name);
}

std::optional<Tokens> TokensOfLedger(const Evidence& run) {
  const auto counted = Counted(run, "processed_tokens");
  const auto padding = Counted(run, "padding_tokens");
  if (!counted || !padding) return std::nullopt;
  const double loss = Counted(run, "target_tokens").value_or(0);
  return Tokens{*counted, *counted - *padding, loss,
                {"ledger.json", "observed.processed_tokens", 0}};
}

// Trainer counts every id unless it was told "non_padding".
bool CountsPadding(const Evidence& run) {
  const Setting* setting = run.Effective("other.include_num_input_tokens_seen");
  if (setting != nullptr && setting->text == "non_padding") return false;
  const Reading* seen = run.Final("num_input_tokens_seen");
  const bool counted = seen != nullptr && seen->value.value > 0;
  return counted || run.Final("train_tokens_per_second") != nullptr;
}

std::optional<Tokens> TokensOfRows(const Evidence& run) {
  const RowFile<EncodedRow>& training = RowsOf(run).training;
  if (training.Empty() || !CountsPadding(run)) return std::nullopt;
  Tokens tokens;
  tokens.place = {training.file, "attention_mask", 0};
  for (const EncodedRow& row : training.rows) {
    tokens.counted += static_cast<double>(row.input_ids.size());
    const auto padding = std::ranges::count(row.attention_mask, 0);
    tokens.real += static_cast<double>(row.input_ids.size()) - static_cast<double>(padding);
    tokens.loss += static_cast<double>(
        std::ranges::count_if(row.labels, [](int64_t id) { return id >= 0; }));
  }
  return tokens;
}

void JudgePadding(const Context& context, Sink& sink) {
  std::optional<Tokens> tokens = TokensOfLedger(context.run);
  if (!tokens) tokens = TokensOfRows(context.run);
  if (!tokens) {
    sink.NotEvaluated(kNeedsTokens);
    return;
  }
  if (tokens->real <= 0) return;
  const double ratio = tokens->counted / tokens->real;
  if (ratio <= kSomePadding) return;
  const Severity severity = ratio > kMuchPadding ? Severity::kMajor : Severity::kMinor;
  sink.Add(Verdict::kDefect, severity, 0.9, kPadding)
      .With("counted", Show(tokens->counted, 12))
      .With("real", Show(tokens->real, 12))
      .With("ratio", Show(ratio, 4))
      .With("loss", Show(tokens->loss, 12))
      .Formula(Show(tokens->counted, 12) + " / " + Show(tokens->real, 12) + " = " + Show(ratio, 4))
      .From(tokens->place)
      .Settle(kPaddingSettle)
      .Do(kPaddingDo);
}

}  // namespace

Rule GenCacheOffRule() {
  return {"gen-cache-off",
          4,
          Severity::kMajor,
          {"generation without its cache", "캐시 없이 생성"},
          {"use_cache is false in generation_config.json (else config.json) of a run that "
           "generates, usually left over from gradient checkpointing. The slope of decoding time "
           "over position needs a run.",
           "생성을 수행하는 실행의 generation_config.json(없으면 config.json)에 use_cache가 false, 보통 gradient "
           "checkpointing의 잔재. 위치별 디코딩 시간 기울기는 실행이 필요."},
          {"huggingface/trl#3891", "turbo-llm/turbo-alignment#47", "huggingface/transformers#36051",
           "huggingface/transformers#21816"},
          JudgeCache};
}

Rule MsrNotReproducibleRule() {
  return {"msr-not-reproducible",
          4,
          Severity::kMajor,
          {"equal seeds, unequal runs", "같은 seed, 다른 실행"},
          {"Runs audited together with equal seed and data must have trained their examples in one "
           "order (ledger.json's digest). A run that does not record its thread count is noted.",
           "함께 감사한 실행의 seed와 데이터가 같으면 예제 순서(ledger.json 다이제스트)도 같아야 함. 스레드 수를 기록하지 않은 "
           "실행은 참고로 알림."},
          {"pytorch/pytorch#2201", "pytorch/pytorch#88718", "pytorch/pytorch#15170",
           "pytorch/pytorch#122697", "TristanBilot/mlx-benchmark#21", "pytorch/torchdynamo#900"},
          JudgeRepeat};
}

Rule MsrPaddingCountedRule() {
  return {"msr-padding-counted",
          4,
          Severity::kMajor,
          {"token rates count padding", "토큰 처리율에 패딩 포함"},
          {"Counted tokens over non-padding ones: above 1.1 minor, above 1.5 major. From the "
           "ledger, or from encoded rows when the run reports a token rate that counts every id. "
           "Encoded rows are a sample of the batches.",
           "집계 토큰 / 비패딩 토큰: 1.1 초과 경미, 1.5 초과 중대. ledger에서, 또는 모든 id를 세는 토큰 처리율을 보고한 실행의 "
           "인코딩 행에서 계산. 인코딩 행은 배치의 표본."},
          {"huggingface/transformers#29889", "huggingface/transformers#32469",
           "huggingface/transformers#35529", "huggingface/transformers#40416",
           "awslabs/sockeye#1073", "pytorch/torchtitan#4192"},
          JudgePadding};
}

}  // namespace plumbline::audit
