// tok-stop-set-incomplete: training ends rows with one id, generation stops on others.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr double kMostRows = 0.95;
constexpr size_t kFewestRows = 4;
constexpr double kManyOutputs = 0.05;

constexpr Text kMissing = {
    "{share} of the training rows end with id {end}, but generation stops on [{stops}]: outputs "
    "run past their end",
    "학습 행의 {share}이(가) id {end}(으)로 끝나지만 생성은 [{stops}]에서 멈춤: 출력이 끝을 지나쳐 계속됨"};
constexpr Text kPassed = {
    "{rows} of {n} outputs ({share}) go on behind id {end}, with which training ends rows, first "
    "{id}",
    "출력 {n}개 중 {rows}개({share})가 학습의 종료 id {end} 뒤로 계속됨, 첫 사례 {id}"};
constexpr Text kDo = {"add the id to generation_config.eos_token_id (a list is allowed)",
                      "generation_config.eos_token_id에 해당 id를 추가(목록 가능)"};
constexpr Text kSettle = {"generate one row with the id added and see whether it stops there",
                          "id를 추가해 한 행을 생성하고 그 자리에서 멈추는지 확인"};

struct End {
  int64_t id = -1;
  double share = 0;
};

// The id that ends nearly all targets.
std::optional<End> EndOfRows(const std::vector<EncodedRow>& rows) {
  std::map<int64_t, size_t> times;
  size_t n = 0;
  for (const EncodedRow& row : rows) {
    const int64_t last = LastTarget(row.labels);
    if (last < 0) continue;
    ++n;
    ++times[last];
  }
  for (const auto& [id, count] : times) {
    if (n >= kFewestRows && Share(count, n) >= kMostRows) return End{id, Share(count, n)};
  }
  return std::nullopt;
}

// The id inside an output, not only at its end.
void SayPassed(const RowFile<ScoredRow>& scored, int64_t end, Sink& sink) {
  size_t n = 0, rows = 0;
  std::string first;
  for (const ScoredRow& row : scored.rows) {
    if (row.token_ids.empty()) continue;
    ++n;
    const auto found = std::ranges::find(row.token_ids, end);
    if (found == row.token_ids.end() || found + 1 == row.token_ids.end()) continue;
    if (rows++ == 0) first = row.id;
  }
  if (n == 0 || Share(rows, n) <= kManyOutputs) return;
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, kPassed)
      .With("rows", std::to_string(rows))
      .With("n", std::to_string(n))
      .With("share", Percent(Share(rows, n)))
      .With("end", std::to_string(end))
      .With("id", first)
      .Formula(std::to_string(rows) + " / " + std::to_string(n) + " > 5 %")
      .From({scored.file, "token_ids", 0})
      .Settle(kSettle)
      .Do(kDo);
}

void Evaluate(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  if (!Have(rows.training, kNeedsEncoded, sink)) return;
  const std::optional<End> end = EndOfRows(rows.training.rows);
  const std::vector<int64_t> stops = GenerationIds(context.run, "eos_token_id");
  if (!end || stops.empty()) {
    sink.NotEvaluated({"needs eos_token_id and four encoded rows that end alike",
                       "eos_token_id와 같은 id로 끝나는 인코딩 4행 이상 필요"});
    return;
  }
  if (std::ranges::find(stops, end->id) == stops.end()) {
    sink.Add(Verdict::kDefect, Severity::kBlocker, 0.9, kMissing)
        .With("share", Percent(end->share))
        .With("end", std::to_string(end->id))
        .With("stops", ShowIds(stops))
        .Formula(std::to_string(end->id) + " not in {" + ShowIds(stops) + "}")
        .From({rows.training.file, "labels", 0})
        .From({"generation_config.json", "eos_token_id", 0})
        .Settle(kSettle)
        .Do(kDo);
  }
  SayPassed(rows.scored, end->id, sink);
}

}  // namespace

Rule TokStopSetIncompleteRule() {
  return {"tok-stop-set-incomplete",
          3,
          Severity::kBlocker,
          {"generation does not stop on the id that training ends rows with",
           "학습의 종료 id에서 생성이 멈추지 않음"},
          {"The last target of at least 95 % of the encoded rows is one id; it must be among the "
           "ids generation stops on, and outputs must not go on behind it (above 5 %). Silent "
           "where rows end differently.",
           "인코딩 행의 95 % 이상에서 마지막 목표가 같은 id이면 그 id가 생성의 종료 집합에 있어야 하고, 출력이 그 뒤로 계속되면 "
           "안 됨(5 % 초과). 행마다 끝이 다르면 침묵."},
          {"meta-llama/llama-cookbook#640", "vllm-project/vllm#4180", "vllm-project/vllm#4182",
           "unslothai/unsloth#468"},
          Evaluate};
}

}  // namespace plumbline::audit
