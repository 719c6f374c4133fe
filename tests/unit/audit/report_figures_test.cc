// What sentences say of a run against its log: true figures of random runs are left alone, and each one
// told wrongly is found with the log's own.
#include "harness/audit/report_figures.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "harness/audit/reader_state.h"
#include "harness/audit/report_reader.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

// One run of random shape; a sentence about each of its figures, true or `off` times too large.
struct Tale {
  int batch = 0, steps = 0, epochs = 0, rows = 0;
  double runtime_s = 0, eval_s = 0, first = 0, last = 0;

  explicit Tale(SplitMix64& random) {
    batch = 2 * (2 + static_cast<int>(random.Below(30)));
    steps = 50 + static_cast<int>(random.Below(200));  // of an epoch
    epochs = 2 + static_cast<int>(random.Below(3));
    rows = batch * steps;
    runtime_s = 400 + 1000 * random.Unit();
    eval_s = (0.1 + 0.3 * random.Unit()) * runtime_s / epochs;
    first = 2.5 + random.Unit();
    last = 1.1 + random.Unit();
  }

  std::string Log() const {
    std::string log = "```bash\npython run.py --epochs " + std::to_string(epochs) + " --batch_size " +
                      std::to_string(batch) + " --max_train_samples " + std::to_string(rows) + "\n```\n```\n";
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      log += "{'loss': " + Printed(2.0 / epoch, 4) + ", 'grad_norm': " + Printed(epoch, 3) + ", 'epoch': " +
             Printed(epoch, 1) + "}\n{'eval_loss': 1.2, 'eval_runtime': " + Printed(eval_s, 2) +
             ", 'epoch': " + Printed(epoch, 1) + "}\n";
    }
    return log + "{'train_runtime': " + Printed(runtime_s, 2) + ", 'train_samples_per_second': " +
           Printed(rows * epochs / runtime_s, 3) + ", 'train_steps_per_second': " +
           Printed(steps * epochs / runtime_s, 3) + ", 'train_loss': 1.5}\n```\n";
  }
};

struct Line {
  const char* name;
  std::string korean, english;  // of a figure `off` times the true one
  const char* part;             // of the finding
};

std::string Number(double value, int decimals = 1) { return Printed(value, decimals); }

std::vector<Line> Lines(const Tale& t, double off) {
  const std::string first = Printed(t.first, 2), last = Printed(t.last, 2);
  const double reduction = 100 * (std::stod(first) - std::stod(last)) / std::stod(first);
  const std::string rate = Number(off * t.rows * t.epochs / t.runtime_s, 2);
  const std::string seen = Number(off * t.rows * t.epochs, 0);
  const std::string share = Number(off * 100 * t.eval_s * t.epochs / t.runtime_s);
  const double mean = off * (t.epochs + 1) / 2.0;
  const double twice_s = std::round(2 * t.runtime_s);
  const std::string faster = Number(off * twice_s / t.runtime_s, 2);
  const std::string batch = Number(std::round(off * t.batch), 0);
  const std::string fall = Number(reduction * off);
  const std::string before = Number(twice_s, 0);
  const std::string norm = Number(mean, 2), top = Number(t.epochs, 0);
  const std::string next_min = Number(std::ceil(2 * t.runtime_s / 60 / (off > 1 ? 20 : 1)) + 1, 0);
  return {
      {"Batch", "- 유효 배치 크기 " + batch + "(으)로 학습", "- effective batch size of " + batch, "is refuted"},
      {"Rate", "- 초당 " + rate + "개 샘플을 처리하며 학습", "- training ran at " + rate + " samples/s", "is not what the log prints"},
      {"Seen", "- 실행 동안 총 " + seen + "개 샘플을 학습함", "- " + seen + " samples were processed in training", "do not fit the run"},
      {"Share", "- 평가에는 전체 시간의 " + share + "%가 사용됨", "- evaluation took " + share + "% of the time", "of the time; it took"},
      {"Reduction", "- 손실은 " + first + "에서 " + last + "로 " + fall + "% 감소함",
       "- the loss fell from " + first + " to " + last + ", a reduction of " + fall + "%", "the loss reduction of"},
      {"Norm", "- 평균 grad_norm은 " + norm + " (범위 1 ~ " + top + ")",
       "- the mean grad_norm is " + norm + " (range 1 to " + top + ")", "grad_norm \"average\""},
      {"Faster", "- 이전 실험(" + before + "초) 대비 " + faster + "배 빨라짐",
       "- " + faster + " times faster than the last run (" + before + " s)", "faster than"},
      {"Next", "- 다음 실험은 에포크 " + Number(2 * t.epochs, 0) + ", 같은 데이터로 " + next_min + "분이면 완료 예상",
       "- the next run, epochs " + Number(2 * t.epochs, 0) + ", takes " + next_min + " min", "is promised in"},
  };
}

// True of the run too, with figures beside the one that a word seems to ask for.
std::string Asides(const Tale& t) {
  const std::string batch = Number(t.batch, 0), half = Number(t.batch / 2, 0);
  const std::string share = Number(100 * t.eval_s * t.epochs / t.runtime_s);
  const std::string rest = Number(100 - 100 * t.eval_s * t.epochs / t.runtime_s);
  const std::string mean = Number((t.epochs + 1) / 2.0, 2), top = Number(t.epochs, 0);
  std::string text;
  for (const std::string& line : std::initializer_list<std::string>{
           "유효 배치 = 2 × " + half + " = " + batch, "effective batch size (" + half + " x 2) = " + batch,
           "유효 배치는 배치 " + half + " × 누적 2 = " + batch + ", 학습률 = 1e-5",
           "effective batch " + batch + " (" + half + " per device * 2)",
           "effective batch = " + half + " (micro) x 2 (accumulation)",
           "effective batch with accumulation of 2", "effective batch: per device " + half,
           "each optimizer step processed " + batch + " samples during training",
           "학습 동안 스텝당 " + batch + "개 샘플을 처리함",
           "training on " + Number(t.rows, 0) + " rows, " + Number(t.rows * t.epochs, 0) + " samples processed",
           "training took " + rest + "% of the time, evaluation " + share + "%",
           "학습에 전체 시간의 " + rest + "%, 평가에 " + share + "%가 사용됨",
           rest + "% of the time is training; the rest is evaluation",
           "over 500 steps the mean grad_norm is " + mean + " (range 1 to " + top + ")",
           "the mean grad_norm over 500 steps is " + mean + " (range 1 to " + top + ")",
           "gradient accumulation 4, mean loss 1.5 (range 1 to 2)"}) {
    text += "- " + line + "\n";
  }
  return text;
}

std::string Contradictions(const std::string& text) {
  Study study = ReadReport(text, "r.md", "r.md");
  for (Evidence& run : study.runs) OrderPoints(run);
  std::string said;
  for (const RunAudit& audit : AuditStudy(study)) {
    for (const Finding& finding : audit.findings) {
      if (finding.verdict == Verdict::kContradiction) said += English(finding) + " | " + finding.formula + "\n";
    }
  }
  return said;
}

TEST(ReportFigures, TrueSentencesOfRandomRunsAreLeftAlone) {
  SplitMix64 random(11);
  for (int i = 0; i < 40; ++i) {
    const Tale tale(random);
    std::string prose = "# A run\n\n" + tale.Log();
    for (const Line& line : Lines(tale, 1)) prose += (i % 2 == 0 ? line.korean : line.english) + "\n";
    EXPECT_EQ(Contradictions(prose + Asides(tale)), "") << prose;
  }
}

TEST(ReportFigures, EachSentenceToldWronglyIsFoundInBothLanguagesAndAnyOrder) {
  SplitMix64 random(12);
  for (int i = 0; i < 10; ++i) {
    const Tale tale(random);
    for (const Line& line : Lines(tale, 3)) {
      for (const std::string& sentence : {line.korean, line.english}) {
        const bool log_first = random.Below(2) == 0;
        const std::string text = "# A run\n\n" + (log_first ? tale.Log() + sentence : sentence + "\n\n" + tale.Log()) + "\n";
        EXPECT_NE(Contradictions(text).find(line.part), std::string::npos)
            << line.name << ": " << Contradictions(text) << "\n" << text;
      }
    }
  }
}

// Hand computation: 25.6 * 1250 = 32000 = 4 * 8000; 0.8 * 1250 = 1000; 2400 / 1250 = 1.92; (3.10 - 1.55) / 3.10 = 50 %.
TEST(ReportFigures, TheFiguresNamedAreTheLogs) {
  const std::string text =
      "```bash\npython t.py --epochs 4 --batch_size 16 --gradient_accumulation_steps 2 --max_train_samples 8000\n```\n```\n"
      "{'loss': 3.1, 'grad_norm': 4.112, 'epoch': 0.2}\n{'eval_loss': 1.6, 'eval_runtime': 95.4, 'epoch': 1.0}\n"
      "{'train_runtime': 1250.0, 'train_samples_per_second': 25.6, 'train_steps_per_second': 0.8, 'train_loss': 2.0}\n```\n"
      "- 유효 배치 크기 64\n- 총 500 × 4 = 2000 스텝을 진행함\n- 1,250초 동안 총 5만개 샘플을 학습함\n"
      "- 손실은 3.10에서 1.55로 62% 감소함\n- 이전 실험(2,400초) 대비 3배 빨라짐\n";
  const std::string said = Contradictions(text);
  for (const char* part : {"batch of 64 is refuted", "500 x 4 steps do not fit the run", "claimed 5만 samples", "are 32000",
                           "62 % from 3.10 to 1.55 is 50.0 %", "\"3x\" faster than 2,400초 is 1.92"}) {
    EXPECT_NE(said.find(part), std::string::npos) << part << "\n" << said;
  }
}

TEST(ReportFigures, TheFigureThatAWordMeansIsTaken) {
  for (const auto& [text, quantity, value] : std::initializer_list<std::array<const char*, 3>>{
           {"유효 배치 = 2 × 8 = 16", "effective_batch", "16"},
           {"effective batch size (8 x 4) = 32", "effective_batch", "32"},
           {"effective batch of 2*4*2 = 8 x 2 = 16, lr = 1e-5", "effective_batch", "16"},
           {"effective batch: batch 8 times accumulation 4 = 32", "effective_batch", "32"},
           {"effective batch = 16 (2 x 8)", "effective_batch", "16"},
           {"effective batch 16 = 2 x 8", "effective_batch", "16"},
           {"effective batch 16, trained 2 x 8 hours", "effective_batch", "16"},
           {"effective batch 2 x 8", "effective_batch", ""},
           {"effective batch = 2 (micro) x 8 (accumulation)", "effective_batch", ""},
           {"effective batch size 16 (per_device_train_batch_size=2 x gradient_accumulation_steps=8)",
            "effective_batch", "16"},
           {"유효 배치 16 (batch_size=2 × grad_accum=8)", "effective_batch", "16"},
           {"유효 배치 16 (배치 2개 × 누적 8회)", "effective_batch", "16"},
           {"유효 배치: 배치 2개 × 누적 8회 = 16", "effective_batch", "16"},
           {"effective batch 16 (2 x 8) with epochs = 3", "effective_batch", "16"},
           {"effective batch 16 (2 x 8) with fp16=1", "effective_batch", "16"},
           {"effective batch 16 (micro-batch x accumulation)", "effective_batch", "16"},
           {"effective batch: 2x8=16", "effective_batch", "16"},
           {"effective batch: batch_size=2 x grad_accum=8", "effective_batch", ""},
           {"effective batch 8 (x 4 accumulation)", "effective_batch", ""},
           {"effective batch 8 (accumulation x 4)", "effective_batch", ""},
           {"effective batch 8 (micro) with accumulation (2 x 4)", "effective_batch", ""},
           {"training has seen 5,000 samples", "samples_seen", "5000"},
           {"each optimizer step processed 32 samples during training", "samples_seen", ""},
           {"the training run processed 50,000 samples over 500 steps", "samples_seen", "50000"},
           {"training reached 3 epochs and processed 50,000 samples", "samples_seen", "50000"},
           {"유효 배치 16으로 학습 동안 총 50,000개 샘플을 처리함", "samples_seen", "50000"},
           {"판매 대화 학습 동안 50,000개 샘플을 처리함", "samples_seen", "50000"},
           {"training processed 50,000 samples in batches of 16 samples", "samples_seen", "50000"},
           {"학습 동안 스텝마다 16개 샘플을 처리함", "samples_seen", ""},
           {"학습 동안 배치당 16개 샘플을 처리함", "samples_seen", ""},
           {"학습 동안 에폭당 12,500개 샘플을 처리함", "samples_seen", ""},
           {"학습 동안 에포크마다 12,500개 샘플을 처리함", "samples_seen", ""},
           {"학습 동안 매 스텝 16개 샘플을 처리함", "samples_seen", ""},
           {"학습 동안 한 배치에 16개 샘플을 처리함", "samples_seen", ""},
           {"학습 동안 한 번에 16개 샘플씩 처리함", "samples_seen", ""},
           {"training processed 16 samples per step", "samples_seen", ""},
           {"training processed 16 samples per optimizer step", "samples_seen", ""},
           {"training processed 16 rows per batch", "samples_seen", ""},
           {"training processed 12,500 rows per epoch", "samples_seen", ""},
           {"every training step processed 16 samples", "samples_seen", ""},
           {"the first training step processed 16 samples", "samples_seen", ""},
           {"batches of 16 samples were processed in training", "samples_seen", ""},
           {"by step 100 the training had processed 1,600 samples", "samples_seen", ""},
           {"training: 16 samples are processed in one step", "samples_seen", ""},
           {"training: 16 samples are processed in a training step", "samples_seen", ""},
           {"batch 3 processed 16 samples during training", "samples_seen", ""},
           {"training processed 16 samples per-step", "samples_seen", ""},
           {"training processed 16 samples per gradient step", "samples_seen", ""},
           {"training processed data with batch size: 16 samples", "samples_seen", ""},
           {"학습 동안 첫 배치에서 16개 샘플을 처리함", "samples_seen", ""},
           {"학습 동안 100스텝까지 1,600개 샘플을 처리함", "samples_seen", ""},
           {"training processed 50,000 samples with batch size: 16", "samples_seen", "50000"},
           {"training with a batch size of 8 processed 50,000 samples", "samples_seen", "50000"},
           {"during training 500 of 5,000 samples were seen, 4,500 rows never", "samples_seen", ""},
           {"evaluation took 26% of the time", "eval_share", "26 %"},
           {"training took 26% of the time, evaluation 74%", "eval_share", ""},
           {"excluding evaluation, training took 74% of the time", "eval_share", ""},
           {"without the evaluation, training is 74% of the time", "eval_share", ""},
           {"apart from evaluation, loading took 74% of the time", "eval_share", ""},
           {"not counting evaluation, it is 74% of the run", "eval_share", ""},
           {"평가를 제외한 학습이 전체 시간의 74%", "eval_share", ""},
           {"평가를 빼고 학습에 전체 시간의 74%를 사용", "eval_share", ""},
           {"평가에는 전체 시간의 26%가 사용됨", "eval_share", "26 %"},
           {"over 500 steps the mean grad_norm is 2.49 (range 0.87 to 4.11)", "grad_norm_mean", "2.49"},
           {"the mean grad_norm of 500 steps is 2.49 (range 0.87 to 4.11)", "grad_norm_mean", ""}}) {
    Evidence run;
    ReportLine line;
    line.text = line.lower = text;
    ReadFigures(line, "r.md", run);
    const auto claims = run.ClaimsOf(quantity);
    EXPECT_EQ(claims.size(), *value == '\0' ? 0u : 1u) << text;
    if (!claims.empty()) {
      EXPECT_EQ(claims[0]->text, value) << text;
    }
  }
}

TEST(ReportFigures, CodeTablesAndChangesAreNoClaims) {
  Evidence run;
  for (const char* text : {"effective batch 8 -> 16", "| effective batch | 64 |"}) {
    ReportLine line;
    line.text = line.lower = text;
    ReadFigures(line, "r.md", run);
  }
  ReportLine code;
  code.text = code.lower = "effective batch 64";
  code.fence = "python";
  ReadFigures(code, "r.md", run);
  EXPECT_TRUE(run.claims.empty());
  code.fence.clear();
  ReadFigures(code, "r.md", run);
  EXPECT_EQ(run.claims.size(), 1u);
}

}  // namespace
}  // namespace plumbline::audit
