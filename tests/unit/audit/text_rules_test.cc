// Rules that read predictions: each fires on a made defect and is silent beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/audit/text_branches.h"
#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kDialogue = "#A#: shall we meet at noon ? #B#: fine , at the old station .";

std::vector<Finding> Branch(bool (*branch)(const Context&, Sink&), const Evidence& run,
                            bool evaluated = true) {
  const Study study{"s", {run}};
  const std::vector<Timeline> timelines = {DeriveTimeline(run)};
  Sink sink("branch");
  EXPECT_EQ(branch({study, study.runs[0], timelines[0], timelines}, sink), evaluated);
  std::vector<Finding> findings(sink.findings().begin(), sink.findings().end());
  for (const Finding& finding : findings) {
    Render(finding.statement, finding.operands, Language::kKorean);
    Render(finding.settle, finding.operands, Language::kKorean);
    Render(finding.action, finding.operands, Language::kKorean);
  }
  return findings;
}

std::vector<ScoredRow> Repeat(const ScoredRow& row, size_t times) {
  return std::vector<ScoredRow>(times, row);
}

TEST(PromptEcho, FiresWhenOutputsBeginWithTheirPrompt) {
  const std::string prompt = std::string(kDialogue) + " Summary:";
  const auto rows = Repeat(Scored(prompt + " they meet", "they meet", "", prompt), 10);
  const auto findings = Branch(JudgeEchoTexts, RunOf(ScoredRows(rows)));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kBlocker);
  EXPECT_THAT(English(findings[0]), HasSubstr("10 of 10 scored outputs (100 %)"));
}

TEST(PromptEcho, FiresOnTheDocumentWherePromptsWereNotSaved) {
  const auto rows =
      Repeat(Scored("Summarize: " + std::string(kDialogue) + " they", "they meet", kDialogue), 4);
  EXPECT_EQ(Branch(JudgeEchoTexts, RunOf(ScoredRows(rows))).size(), 1u);
}

TEST(PromptEcho, IsSilentOnSummariesAndBelowFivePercent) {
  auto rows = Repeat(Scored("they meet at noon", "they meet", kDialogue), 20);
  EXPECT_THAT(Branch(JudgeEchoTexts, RunOf(ScoredRows(rows))), IsEmpty());
  rows[0].prediction = kDialogue;  // 1 of 20 is 5 %, not more
  EXPECT_THAT(Branch(JudgeEchoTexts, RunOf(ScoredRows(rows))), IsEmpty());
  rows[1].prediction = kDialogue;
  EXPECT_EQ(Branch(JudgeEchoTexts, RunOf(ScoredRows(rows))).size(), 1u);
}

TEST(PromptEcho, CannotBeJudgedWithoutPromptAndDocument) {
  EXPECT_THAT(Branch(JudgeEchoTexts, RunOf(ScoredRows({Scored("a b", "a b")})), false), IsEmpty());
}

TEST(ReferenceInInput, FiresWhenThePromptHoldsTheReference) {
  const auto rows =
      Repeat(Scored("x", "they meet at noon", kDialogue, "Text Summary: they meet at noon"), 5);
  const auto findings = Judge("gen-reference-in-input", RunOf(ScoredRows(rows)));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kDefect);
  EXPECT_DOUBLE_EQ(findings[0].confidence, 0.99);
}

TEST(ReferenceInInput, FiresOnOutputsOfDocumentAndReference) {
  const auto rows = Repeat(
      Scored(std::string(kDialogue) + " they meet at noon .", "they meet at noon", kDialogue), 5);
  const auto findings = Judge("gen-reference-in-input", RunOf(ScoredRows(rows)));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kSymptom);
}

TEST(ReferenceInInput, IsSilentOnPromptsOfTheDocumentAlone) {
  const auto clean =
      Repeat(Scored("they meet at noon", "they meet at noon", kDialogue, kDialogue), 5);
  EXPECT_THAT(Says("gen-reference-in-input", RunOf(ScoredRows(clean))), IsEmpty());
}

TEST(ReferenceInInput, IsSilentWhenTheDocumentQuotesTheReference) {
  const auto quoted =
      Repeat(Scored("x", "at the old station", kDialogue, std::string(kDialogue) + " Summary:"), 5);
  EXPECT_THAT(Says("gen-reference-in-input", RunOf(ScoredRows(quoted))), IsEmpty());
}

TEST(ReferenceInInput, SaysWhatItNeeds) {
  EXPECT_THAT(Needs("gen-reference-in-input", Evidence{}), HasSubstr("predictions.jsonl"));
  EXPECT_THAT(Needs("gen-reference-in-input", RunOf(ScoredRows({Scored("a", "b")}))),
              HasSubstr("prompts or documents"));
}

std::vector<ScoredRow> Distinct(size_t n) {
  std::vector<ScoredRow> rows;
  for (size_t i = 0; i < n; ++i) {
    rows.push_back(Scored("row " + std::to_string(i) + " is its own", "x"));
  }
  return rows;
}

TEST(DegenerateOutput, IsSilentOnDistinctOutputs) {
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(Distinct(20)))), IsEmpty());
}

TEST(DegenerateOutput, EachKindFires) {
  auto rows = Distinct(20);
  rows[3].prediction = " ";
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(rows))),
              ElementsAre(HasSubstr("1 of 20 outputs (5 %) are empty, first in r3")));
  rows = Distinct(20);
  rows[2].prediction = "<extra_id_0> the meeting";
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(rows))),
              ElementsAre(HasSubstr("sentinel")));
  rows = Distinct(20);
  for (size_t i = 0; i < 11; ++i) rows[i].prediction = "always the same";
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(rows))), IsEmpty());  // 10 of 20
  rows[11].prediction = "always the same";
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(rows))),
              ElementsAre(HasSubstr("only 9 of 20 outputs")));
}

TEST(DegenerateOutput, LoopsAndCopiesFire) {
  auto rows = Distinct(10);
  rows[0].prediction.clear();
  for (int i = 0; i < 40; ++i) rows[0].prediction += "again and ";
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(rows))),
              ElementsAre(HasSubstr("4-grams repeat an earlier one")));
  rows = Distinct(10);
  for (ScoredRow& row : rows) row.source = "first " + row.prediction + " and more";
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(rows))),
              ElementsAre(HasSubstr("10 of 10 outputs (100 %) are taken word for word")));
  for (ScoredRow& row : rows) row.source = "something else entirely";
  EXPECT_THAT(Says("gen-degenerate-output", RunOf(ScoredRows(rows))), IsEmpty());
}

Evidence WithRouge(bool generates) {
  Evidence run;
  Set(run, "training.predict_with_generate", generates ? "true" : "false");
  run.evaluations.push_back(PointOf({{"epoch", "1"}, {"eval_rouge1", "0.4"}}));
  return run;
}

TEST(TeacherForced, FiresOnRougeWithoutGeneration) {
  EXPECT_THAT(Says("gen-teacher-forced-metric", WithRouge(false)),
              ElementsAre(HasSubstr("predict_with_generate is false, yet")));
  EXPECT_THAT(Judge("gen-teacher-forced-metric", WithRouge(true)), IsEmpty());
}

std::vector<ScoredRow> WithLengths(size_t more) {
  std::vector<ScoredRow> rows;
  for (size_t i = 0; i < 24; ++i) {
    ScoredRow row;
    row.label_ids.assign(5 + i % 6, 7);
    row.token_ids.assign(5 + i % 6 + (i % 3 == 0 ? more : 0), 8);
    rows.push_back(row);
  }
  return rows;
}

TEST(TeacherForced, FiresWhenEveryLengthIsTheReferences) {
  EXPECT_THAT(Says("gen-teacher-forced-metric", RunOf(ScoredRows(WithLengths(0)))),
              ElementsAre(HasSubstr("24 of 24 predictions (100 %)")));
  EXPECT_THAT(Says("gen-teacher-forced-metric", RunOf(ScoredRows(WithLengths(1)))), IsEmpty());
}

TEST(TeacherForced, IsSilentOnAModelThatIsRight) {
  auto rows = WithLengths(0);
  for (ScoredRow& row : rows) row.token_ids = row.label_ids;
  EXPECT_THAT(Says("gen-teacher-forced-metric", RunOf(ScoredRows(rows))), IsEmpty());
}

// Hand count: of "#Person1#은 내일 서울에 간다" ascii keeps "person1" alone, 1 of 4 words.
Evidence Korean(const std::string& tokenizer) {
  Evidence run = RunOf(ScoredRows({Scored("#Person1#은 내일 부산에 간다", "#Person1#은 내일 서울에 간다"),
                                   Scored("두 사람은 영화를 본다", "두 사람은 영화를 봤다")}));
  if (!tokenizer.empty()) Set(run, "evaluation.rouge_tokenizer", tokenizer);
  return run;
}

TEST(HangulDropped, FiresOnTheAsciiTokenizer) {
  // ascii: 1.0 and 0.0; words (person1, its particle, and three more; four): 4 / 5 and 3 / 4.
  const auto said = Says("met-rouge-hangul-dropped", Korean("ascii"));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], HasSubstr("1 of 8 reference words survive (12.5 %), 1 of 2 references keep "
                                 "nothing; ROUGE-1 is 0.5, 0.775 by words"));
}

TEST(HangulDropped, IsSilentForATokenizerThatKeepsHangul) {
  EXPECT_THAT(Judge("met-rouge-hangul-dropped", Korean("unicode")), IsEmpty());
}

TEST(HangulDropped, ProvesTheScorerByScoringAgain) {
  Evidence run = Korean("");
  run.evaluations.push_back(PointOf({{"eval_rouge1", "0.5"}}));
  EXPECT_THAT(Says("met-rouge-hangul-dropped", run),
              ElementsAre(HasSubstr("the reported eval_rouge1 of 0.5 is what a scorer that drops")));
  run.evaluations[0] = PointOf({{"eval_rouge1", "0.775"}});
  EXPECT_THAT(Judge("met-rouge-hangul-dropped", run), IsEmpty());
}

// Hand count: ascii shares a of {a, b}: 1/2; syllables 4 of 8: 1/2; words 1 of 5. The tiny KoBART's suite met such a
// coincidence (0.6636 by syllables, 0.6648 by ascii).
Evidence Coincidence(size_t rows, const std::string& last_reference) {
  std::vector<ScoredRow> scored(rows, Scored("가나 다라 하하 a b", "가마 다바 호하 a c"));
  scored.push_back(Scored("가나 다라 하하 a b", last_reference));
  return RunOf(ScoredRows(scored));
}

TEST(HangulDropped, IsSilentWhenAnHonestScorerGivesTheSameFigure) {
  Evidence run = Coincidence(1, "가마 다바 호하 a c");
  run.evaluations.push_back(PointOf({{"eval_rouge1", "0.5"}}));
  EXPECT_THAT(Judge("met-rouge-hangul-dropped", run), IsEmpty());
}

// One row of ten shares three syllables of eight: 0.4875 by syllables, 0.5 by ascii. The digits decide.
TEST(HangulDropped, TakesThePrintedDigitsWhereScorersAreNear) {
  Evidence run = Coincidence(9, "가마 다바 호호 a c");
  run.evaluations.push_back(PointOf({{"eval_rouge1", "0.5000"}}));
  EXPECT_EQ(Says("met-rouge-hangul-dropped", run).size(), 1u);
  run.evaluations[0] = PointOf({{"eval_rouge1", "0.4990"}});
  EXPECT_THAT(Judge("met-rouge-hangul-dropped", run), IsEmpty());
}

TEST(HangulDropped, IsOnlyANoteWhenNothingNamesTheScorer) {
  const auto findings = Judge("met-rouge-hangul-dropped", Korean(""));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kNote);
}

TEST(HangulDropped, IsSilentOnLatinText) {
  Evidence run = RunOf(ScoredRows({Scored("they meet", "they meet at noon")}));
  Set(run, "evaluation.rouge_tokenizer", "ascii");
  EXPECT_THAT(Judge("met-rouge-hangul-dropped", run), IsEmpty());
}

Evidence WithLsum(const std::string& level, const std::string& reference) {
  Evidence run = RunOf(ScoredRows({Scored("x", reference)}));
  run.evaluations.push_back(PointOf({{"eval_rougeL", level}, {"eval_rougeLsum", "0.302"}}));
  return run;
}

TEST(Rougelsum, FiresWhenEqualAndReferencesHaveSentences) {
  EXPECT_THAT(Says("met-rougelsum-no-newlines", WithLsum("0.302", "They met. They left.")),
              ElementsAre(HasSubstr("rougeLsum equals rougeL (0.302) although references have 2 ")));
  EXPECT_THAT(Judge("met-rougelsum-no-newlines", WithLsum("0.302", "They met.")), IsEmpty());
  EXPECT_THAT(Judge("met-rougelsum-no-newlines", WithLsum("0.301", "They met. They left.")),
              IsEmpty());
}

Rows Outputs(size_t n, size_t at_cap) {
  std::vector<ScoredRow> rows;
  for (size_t i = 0; i < n; ++i) {
    ScoredRow row;
    row.token_ids = i < at_cap ? std::vector<int64_t>(8, 5) : std::vector<int64_t>{5, 5, 2};
    rows.push_back(row);
  }
  return ScoredRows(rows);
}

TEST(OutputLengths, CutOutputsFireFromAFifthOn) {
  const auto judge = [](size_t at_cap) {
    return Branch(JudgeOutputLengths, Special(RunOf(Outputs(20, at_cap)), 0, false));
  };
  EXPECT_THAT(judge(0), IsEmpty());
  EXPECT_THAT(judge(4), IsEmpty());
  ASSERT_EQ(judge(5).size(), 1u);
  EXPECT_EQ(judge(5)[0].severity, Severity::kMajor);
  EXPECT_EQ(judge(17)[0].severity, Severity::kBlocker);
}

TEST(OutputLengths, AForcedEndAtTheCapIsNoEnd) {
  Rows rows = Outputs(20, 20);
  for (ScoredRow& row : rows.scored.rows) row.token_ids.back() = 2;
  Evidence run = Special(RunOf(std::move(rows)), 0, true);
  EXPECT_THAT(Branch(JudgeOutputLengths, run), IsEmpty());  // nobody says where the cap is
  run.documents.config["forced_eos_token_id"] = 2;
  Set(run, "generation.max_length", "9");
  EXPECT_EQ(Branch(JudgeOutputLengths, run).size(), 1u);
  run.settings[0].text = "30";
  EXPECT_THAT(Branch(JudgeOutputLengths, run), IsEmpty());
}

RowFile<ScoredRow> Moment(const std::string& file, size_t right) {
  Rows rows = ScoredRows(Repeat(Scored("wrong", "right words"), 30));
  for (size_t i = 0; i < right; ++i) rows.scored.rows[i].prediction = "right words";
  rows.scored.file = file;
  return rows.scored;
}

TEST(PairedScores, SmallDifferencesAreNoiseAndLargeOnesAreNot) {
  Rows rows;
  rows.checkpoints = {Moment("predictions-1.jsonl", 10), Moment("predictions-2.jsonl", 11)};
  const auto noise = Branch(JudgePairedScores, RunOf(rows));
  ASSERT_EQ(noise.size(), 1u);
  EXPECT_EQ(noise[0].verdict, Verdict::kNote);
  EXPECT_THAT(English(noise[0]), HasSubstr("changes by 0.0333 from predictions-1.jsonl"));
  rows.checkpoints[1] = Moment("predictions-2.jsonl", 30);
  EXPECT_THAT(Branch(JudgePairedScores, RunOf(rows)), IsEmpty());
}

}  // namespace
}  // namespace plumbline::audit
