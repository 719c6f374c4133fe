// Bands of the metric guide: each figure in each band, edges included; absent figures give nothing.
#include "harness/audit/reading_aids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "harness/audit/equal_rouge.h"
#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// id -> "value [band]".
std::map<std::string, std::string> BandsOf(const Evidence& run) {
  std::map<std::string, std::string> bands;
  for (const ReadingAid& aid : ReadingAidsOf(run)) {
    bands[aid.id] = aid.value + " [" + Render(aid.band, {}, Language::kEnglish) + "]";
  }
  return bands;
}

std::string BandOf(const std::string& id, const std::string& name, const std::string& value) {
  Evidence run;
  auto& points = name.starts_with("eval_") ? run.evaluations : run.log;
  points.push_back(PointOf({{"epoch", "1"}, {name, value}}));
  return BandsOf(run)[id];
}

TEST(ReadingAids, LossLiesInEachBand) {
  EXPECT_EQ(BandOf("loss", "loss", "0.4999"), "0.4999 [below 0.5]");
  EXPECT_EQ(BandOf("loss", "loss", "0.5"), "0.5 [0.5 to 1]");
  EXPECT_EQ(BandOf("loss", "loss", "1.5178"), "1.518 [1 to 2]");
  EXPECT_EQ(BandOf("loss", "loss", "2.0"), "2 [2 or more]");
  EXPECT_EQ(BandOf("loss", "loss", "1e308"), "1e+308 [2 or more]");
}

TEST(ReadingAids, NormLiesInEachBandByItsMedian) {
  EXPECT_EQ(BandOf("grad_norm", "grad_norm", "0.05"), "0.05 [below 0.1]");
  EXPECT_EQ(BandOf("grad_norm", "grad_norm", "0.1"), "0.1 [0.1 to 0.5]");
  EXPECT_EQ(BandOf("grad_norm", "grad_norm", "1.084"), "1.084 [0.5 to 3]");
  EXPECT_EQ(BandOf("grad_norm", "grad_norm", "6.778"), "6.778 [3 to 10]");
  EXPECT_EQ(BandOf("grad_norm", "grad_norm", "10"), "10 [10 or more]");
  Evidence run;
  for (const char* norm : {"0.2", "nan", "50", "4"}) run.log.push_back(PointOf({{"grad_norm", norm}}));
  EXPECT_EQ(BandsOf(run)["grad_norm"], "4 [3 to 10]");
  run.log.push_back(PointOf({{"grad_norm", "1"}}));
  EXPECT_EQ(BandsOf(run)["grad_norm"], "2.5 [0.5 to 3]");  // (1 + 4) / 2
}

TEST(ReadingAids, RougeLiesInEachBandAsAShareOrInPercent) {
  EXPECT_EQ(BandOf("rouge2", "eval_rouge2", "0.2523"), "0.2523 [below 0.3]");
  EXPECT_EQ(BandOf("rouge1", "eval_rouge1", "0.3988"), "0.3988 [0.3 to 0.5]");
  EXPECT_EQ(BandOf("rouge1", "eval_rouge1", "53.4"), "0.534 [0.5 to 0.7]");
  EXPECT_EQ(BandOf("rougeL", "eval_rougeL", "0.7"), "0.7 [0.7 or more]");
  EXPECT_EQ(BandOf("rougeL", "eval_rougeL", "700"), "");
}

// Where saved rows make the scores equal, met-r1-equals-rl is silent: nothing points at it.
TEST(ReadingAids, EqualScoresAreNoQualityUnlessTheRowsExplainThem) {
  const auto says = [](const std::string& prediction, const std::string& reference) {
    Evidence run = RunOf(ScoredRows({Scored(prediction, reference)}));
    run.evaluations.push_back(PointOf({{"epoch", "1"}, {"eval_rouge1", "0.412"}, {"eval_rougeL", "0.412"}}));
    const bool fires = !Says("met-r1-equals-rl", run).empty();
    const std::string meaning = Render(ReadingAidsOf(run).at(0).meaning, {}, Language::kEnglish);
    EXPECT_EQ(fires, meaning.find("see met-r1-equals-rl") != std::string::npos) << prediction;
    return fires;
  };
  EXPECT_FALSE(says("alpha beta gamma", "alpha beta delta"));  // words in order
  EXPECT_TRUE(says("beta alpha gamma", "alpha beta delta"));   // crossed: RL below R1
}

TEST(ReadingAids, ScoresOfNothingAreLowNotEqual) {
  Evidence run;
  run.evaluations = {PointOf({{"epoch", "1"}, {"eval_rouge1", "0.412"}, {"eval_rougeL", "0.388"}}),
                     PointOf({{"epoch", "2"}, {"eval_rouge1", "0.0"}, {"eval_rougeL", "0.0"}})};
  for (const ReadingAid& aid : ReadingAidsOf(run)) EXPECT_STREQ(aid.meaning.en, "low") << aid.id;
  EXPECT_EQ(ReadingAidsOf(run).size(), 2u);
}

TEST(ReadingAids, SavedRowsAreScoredOnce) {
  const Evidence run = RunOf(ScoredRows({Scored("alpha beta gamma", "alpha beta delta")}));
  EXPECT_EQ(run.rows->equal_by_words, std::nullopt);
  EXPECT_TRUE(EqualByWords(run));
  EXPECT_EQ(run.rows->equal_by_words, true);
  run.rows->equal_by_words = false;  // what is kept is what is said
  EXPECT_FALSE(EqualByWords(run));
}

TEST(ReadingAids, RougeNamesTheTokenizerItDependsOn) {
  Evidence run;
  run.evaluations.push_back(PointOf({{"epoch", "1"}, {"eval_rouge1", "0.4"}}));
  const auto limit = [&] {
    const ReadingAid aid = ReadingAidsOf(run).at(0);
    return Render(aid.limit, aid.operands, Language::kEnglish);
  };
  EXPECT_THAT(limit(), HasSubstr("tokenizer (here: unknown)"));
  Set(run, "evaluation.rouge_tokenizer", "syllable");
  EXPECT_THAT(limit(), HasSubstr("tokenizer (here: syllable)"));
}

TEST(ReadingAids, EvaluationOverTrainingLossLiesInEachBand) {
  const auto gap = [](const std::string& train, const std::string& eval) {
    Evidence run;
    run.log = {PointOf({{"epoch", "0.5"}, {"loss", "9"}}), PointOf({{"epoch", "1"}, {"loss", train}}),
               PointOf({{"epoch", "1.5"}, {"loss", "9"}})};
    run.evaluations = {PointOf({{"epoch", "1"}, {"eval_loss", eval}})};
    return BandsOf(run)["eval_to_train_loss"];
  };
  EXPECT_EQ(gap("1.5", "1.2"), "0.8 [below 0.95]");
  EXPECT_EQ(gap("1", "1"), "1 [0.95 to 1.05]");
  EXPECT_EQ(gap("1", "1.1"), "1.1 [1.05 to 1.2]");
  EXPECT_EQ(gap("1", "3"), "3 [1.2 or more]");
}

TEST(ReadingAids, AbsentOrBrokenFiguresGiveNothing) {
  EXPECT_THAT(ReadingAidsOf(Evidence()), IsEmpty());
  EXPECT_EQ(ReadingAidsToText({}, Language::kEnglish), "");
  Evidence run;
  run.log.push_back(PointOf({{"epoch", "1"}, {"loss", "nan"}, {"grad_norm", "inf"}}));
  run.evaluations.push_back(PointOf({{"epoch", "1"}, {"eval_loss", "nan"}, {"eval_rouge1", "nan"}}));
  EXPECT_THAT(ReadingAidsOf(run), IsEmpty());
  run.log.push_back(PointOf({{"epoch", "1"}, {"loss", "-0.5"}}));
  EXPECT_THAT(ReadingAidsOf(run), IsEmpty());
}

TEST(ReadingAids, EveryTextIsThereInBothLanguagesAndEachLimitOnce) {
  Evidence run;
  run.log.push_back(PointOf({{"epoch", "1"}, {"loss", "1"}, {"grad_norm", "1"}}));
  run.evaluations.push_back(PointOf(
      {{"epoch", "1"}, {"eval_loss", "1"}, {"eval_rouge1", "0.4"}, {"eval_rouge2", "0.2"}}));
  for (const Language language : {Language::kEnglish, Language::kKorean}) {
    const std::string text = ReadingAidsToText(ReadingAidsOf(run), language);
    EXPECT_THAT(text, HasSubstr("ROUGE-2"));
    EXPECT_THAT(text, Not(HasSubstr("{")));
    EXPECT_EQ(text.find("`ascii`"), text.rfind("`ascii`"));
  }
}

}  // namespace
}  // namespace plumbline::audit
