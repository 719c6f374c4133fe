// ckp-resume-replays-data: how often each row was trained, and whether a resumed process did anything.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/audit/best_evaluation.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"

namespace plumbline::audit {
namespace {

constexpr Text kReplayed = {
    "epoch {epoch} trained {seen} rows, {distinct} different ones: {repeated} were repeated and "
    "{skipped} of the {n} rows of the data never came, first {id}",
    "{epoch} 에폭에서 {seen}행을 학습했으나 서로 다른 행은 {distinct}개: {repeated}개 반복, 데이터 {n}행 중 {skipped}개는 "
    "한 번도 쓰이지 않음, 첫 사례 {id}"};
constexpr Text kSkipped = {
    "epoch {epoch} never trained {skipped} of the {n} rows that the other epochs did, first {id}",
    "{epoch} 에폭에서 다른 에폭이 학습한 {n}행 중 {skipped}행이 빠짐, 첫 사례 {id}"};
constexpr Text kReplayDo = {
    "restore the sampler's state at resume (or skip the batches already trained), and log row ids",
    "재개 시 sampler 상태를 복원(또는 학습한 배치를 건너뜀)하고 행 id를 기록"};
constexpr Text kReplaySettle = {"compare the order of ids with an uninterrupted run of the seed",
                                "같은 seed의 중단 없는 실행과 id 순서를 비교"};
constexpr Text kUneven = {
    "rows were not trained equally often: {most_rows} rows {most} times ({most_id}), {least_rows} rows "
    "{least} times ({least_id}); whole epochs differ by none, an unfinished one by 1",
    "행마다 학습 횟수가 다름: {most_rows}행은 {most}번({most_id}), {least_rows}행은 {least}번({least_id}); 완료된 "
    "에폭만이라면 차이가 없고 끝나지 않은 에폭이 있어도 1"};
constexpr Text kNoSteps = {
    "the resumed process ran no step at all: train_loss {loss} beside logged losses from {smallest} on, "
    "{runtime} s; what it returned is the checkpoint",
    "재개된 프로세스가 한 스텝도 실행하지 않음: 기록된 손실은 {smallest} 이상인데 train_loss {loss}, {runtime}초; 결과는 "
    "체크포인트 그대로임"};
constexpr Text kNoStepsDo = {
    "raise num_train_epochs or max_steps beyond the checkpoint's step, or start without it",
    "num_train_epochs나 max_steps를 체크포인트 스텝보다 크게 하거나 체크포인트 없이 시작"};
constexpr Text kNeedsSeen = {
    "needs how often each row was trained (seen.jsonl: epoch and fname, or times and rows)",
    "각 행의 학습 횟수(seen.jsonl: epoch과 fname, 또는 횟수별 행 수) 필요"};

using Counts = std::map<std::string, size_t>;  // by row id

Finding& Say(Sink& sink, const Text& statement, const std::string& file) {
  return sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, statement)
      .From({file, "fname", 0})
      .Settle(kReplaySettle)
      .Do(kReplayDo);
}

// Rows of one epoch that came more often than the data holds them. True: said.
bool SayRepeated(const std::string& epoch, const Counts& times, const RowFile<DataRow>& train,
                 const std::string& file, Sink& sink) {
  Counts held;
  for (const DataRow& row : train.rows) ++held[row.id];
  size_t seen = 0, repeated = 0, skipped = 0;
  std::string first;
  for (const auto& [id, count] : times) {
    const auto own = held.find(id);
    const size_t allowed = own == held.end() ? 1 : own->second;
    seen += count;
    repeated += count > allowed ? count - allowed : 0;
    if (count > allowed && first.empty()) first = id;
  }
  for (const auto& [id, count] : held) skipped += times.contains(id) ? 0 : count;
  if (repeated == 0) return false;
  Say(sink, kReplayed, file)
      .With("epoch", epoch)
      .With("seen", std::to_string(seen))
      .With("distinct", std::to_string(times.size()))
      .With("repeated", std::to_string(repeated))
      .With("skipped", std::to_string(skipped))
      .With("n", std::to_string(train.rows.size()))
      .With("id", first)
      .Formula(std::to_string(seen) + " - " + std::to_string(seen - repeated) + " = " +
               std::to_string(repeated));
  return true;
}

// Rows of all epochs that this finished one lacks, beyond a dropped tail of one micro-batch.
void SaySkipped(const std::string& epoch, const Counts& times, const std::set<std::string>& all,
                double tail, const std::string& file, Sink& sink) {
  size_t skipped = 0;
  std::string first;
  for (const std::string& id : all) {
    if (times.contains(id)) continue;
    if (skipped++ == 0) first = id;
  }
  if (skipped == 0 || static_cast<double>(skipped) < tail) return;
  Say(sink, kSkipped, file)
      .With("epoch", epoch)
      .With("skipped", std::to_string(skipped))
      .With("n", std::to_string(all.size()))
      .With("id", first)
      .Formula(std::to_string(all.size()) + " - " + std::to_string(times.size()) + " = " +
               std::to_string(skipped));
}

void JudgeEpochs(const Evidence& run, const RowFile<SeenRow>& seen, Sink& sink) {
  std::vector<std::string> order;  // of the epochs, as they came
  std::map<std::string, Counts> epochs;
  std::set<std::string> all;
  for (const SeenRow& row : seen.rows) {
    if (order.empty() || order.back() != row.epoch) order.push_back(row.epoch);
    ++epochs[row.epoch][row.id];
    all.insert(row.id);
  }
  const double micro = run.Number("training.per_device_train_batch_size").value_or(1);
  const double tail = std::max(1.0, micro * run.Number("training.world_size").value_or(1));
  for (const auto& [epoch, times] : epochs) {
    if (SayRepeated(epoch, times, RowsOf(run).Train(), seen.file, sink)) continue;
    if (epoch != order.back()) SaySkipped(epoch, times, all, tail, seen.file, sink);
  }
}

// Rows by how often each was trained in all: an order without replacement leaves a difference of 1.
void JudgeTimes(const RowFile<SeenRow>& seen, Sink& sink) {
  const auto [least, most] = std::ranges::minmax(seen.rows, {}, &SeenRow::times);
  if (most.times - least.times < 2) return;
  Say(sink, kUneven, seen.file)
      .With("most", std::to_string(most.times))
      .With("most_rows", std::to_string(most.rows))
      .With("most_id", most.id)
      .With("least", std::to_string(least.times))
      .With("least_rows", std::to_string(least.rows))
      .With("least_id", least.id)
      .Formula(std::to_string(most.times) + " - " + std::to_string(least.times) + " >= 2");
}

// A mean over no steps is 0. False: said nothing, also where the trace does not tell.
bool JudgeNoSteps(const Evidence& run, Sink& sink) {
  const auto loss = FinalLossOf(run);
  if (!loss || loss->final.value.value != 0 || !loss->below_the_log) return false;
  const Reading* runtime = run.Final("train_runtime");
  sink.Add(Verdict::kContradiction, Severity::kBlocker, 0.95, kNoSteps)
      .With("loss", loss->final.value.text)
      .With("smallest", loss->smallest.value.text)
      .With("runtime", runtime == nullptr ? "?" : runtime->value.text)
      .Formula("train_loss " + loss->final.value.text + " < " + loss->smallest.value.text)
      .From(loss->final.place)
      .From(loss->smallest.place)
      .Do(kNoStepsDo);
  return true;
}

void JudgeReplay(const Context& context, Sink& sink) {
  if (JudgeNoSteps(context.run, sink)) return;
  const RowFile<SeenRow>& seen = RowsOf(context.run).seen;
  if (!Have(seen, kNeedsSeen, sink)) return;
  const bool counted = std::ranges::all_of(seen.rows, [](const SeenRow& row) { return row.rows > 0; });
  if (counted) {
    JudgeTimes(seen, sink);
  } else {
    JudgeEpochs(context.run, seen, sink);
  }
}

}  // namespace

Rule CkpResumeReplaysDataRule() {
  return {"ckp-resume-replays-data",
          4,
          Severity::kBlocker,
          {"an epoch repeats rows and leaves others out", "에폭이 일부 행을 반복하고 일부를 건너뜀"},
          {"With the ids of the rows as they were trained (seen.jsonl), no epoch may hold a row more "
           "often than the data does, nor a finished one lack rows that others trained; with how often "
           "rows were trained in all (our own runs), the most and the least may differ by 1. A "
           "train_loss of 0 beside logged losses: the resumed process ran no step. Oversampling "
           "repeats rows on purpose.",
           "학습 순서의 행 id(seen.jsonl)가 있으면 한 에폭에 같은 행이 데이터보다 자주 나오지 않아야 하고, 완료된 에폭은 다른 "
           "에폭의 행을 빠뜨리지 않아야 함; 전체 학습 횟수(자체 실행)라면 최대와 최소의 차이는 1까지. 기록된 손실이 있는데 "
           "train_loss가 0이면 재개된 프로세스가 한 스텝도 실행하지 않은 것. 오버샘플링은 의도된 반복."},
          {"huggingface/transformers#40691", "huggingface/accelerate#2016",
           "huggingface/accelerate#4071", "modelscope/ms-swift#10050", "verl-project/verl#7401",
           "verl-project/verl#5725"},
          JudgeReplay};
}

}  // namespace plumbline::audit
