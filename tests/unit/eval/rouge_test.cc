#include "harness/eval/rouge.h"

#include "tests/testing/error_matcher.h"

namespace plumbline::eval {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

RougeScores Score(const std::string& prediction, const std::vector<std::string>& references,
                  const std::string& tokenizer = "ascii") {
  return RougeScorer({tokenizer, false}).Score(prediction, references);
}

TEST(Rouge, CountsClippedNgramsByHand) {
  // prediction a a b, reference a b c: unigrams a, b hit; bigram "a b" hits.
  const RougeScores scores = Score("a a b", {"a b c"});
  EXPECT_DOUBLE_EQ(scores[kRouge1].precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores[kRouge1].recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores[kRouge1].f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores[kRouge2].precision, 1.0 / 2);
  EXPECT_DOUBLE_EQ(scores[kRougeL].recall, 2.0 / 3);
}

TEST(Rouge, EmptyTextsScoreZero) {
  for (const auto& [prediction, reference] :
       {std::pair<std::string, std::string>{"", "a"}, {"a", ""}, {"", ""}, {"...", "\n\n"}}) {
    for (const RougeScore& score : Score(prediction, {reference})) {
      EXPECT_EQ(score.precision, 0);
      EXPECT_EQ(score.recall, 0);
      EXPECT_EQ(score.f1, 0);
    }
  }
}

TEST(Rouge, LsumUnitesSentencesAndDoesNotCountATokenTwice) {
  // Reference one sentence "a b c d"; candidate sentences "a b" and "c d" unite to all four.
  const RougeScores united = Score("a b\nc d", {"a b c d"});
  EXPECT_DOUBLE_EQ(united[kRougeLsum].f1, 1.0);
  // Both reference sentences match the one "a" of the prediction; it counts once.
  const RougeScores once = Score("a", {"a x\na y"});
  EXPECT_DOUBLE_EQ(once[kRougeLsum].precision, 1.0);
  EXPECT_DOUBLE_EQ(once[kRougeLsum].recall, 1.0 / 4);
}

TEST(Rouge, OfSeveralReferencesEachTypeTakesItsBest) {
  const RougeScores scores = Score("a b c d", {"d c b a", "a b x y"});
  EXPECT_DOUBLE_EQ(scores[kRouge1].f1, 1.0);
  EXPECT_DOUBLE_EQ(scores[kRouge2].f1, 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores[kRougeL].f1, 1.0 / 2);
}

TEST(Rouge, AWrongParticleOrHourCostsPoints) {
  const std::string reference = "#Person1#은 3시에 회의를 한다.";
  for (const char* tokenizer : {"unicode", "particle", "syllable"}) {
    EXPECT_DOUBLE_EQ(Score(reference, {reference}, tokenizer)[kRougeL].f1, 1.0);
    EXPECT_LT(Score("#Person1#은 3시에 회의을 한다.", {reference}, tokenizer)[kRouge1].f1, 1.0);
    EXPECT_LT(Score("#Person1#은 4시에 회의를 한다.", {reference}, tokenizer)[kRouge1].f1, 1.0);
  }
}

TEST(Rouge, BrokenInputIsADataError) {
  EXPECT_ERROR(Score("\xFF", {"a"}), ErrorKind::kData, "byte 0");
  EXPECT_ERROR(Score("a", {"\xED\xA0\x80"}), ErrorKind::kData, "UTF-8");
  EXPECT_ERROR(Score("a", {}), ErrorKind::kData, "no reference");
  EXPECT_ERROR(ScoreRouge({}, {}, 1), ErrorKind::kData, "none");
}

TEST(RougeReport, KoreanUnderAsciiIsZeroAndSaysWhy) {
  const std::vector<RougePair> pairs = {{"나는 간다", {"나는 간다"}}};
  const RougeReport report = ScoreRouge(pairs, {"ascii", false}, 1);
  EXPECT_EQ(report.types[kRouge1].mean.f1, 0);
  ASSERT_THAT(report.warnings, SizeIs(1));
  EXPECT_THAT(report.warnings[0],
              HasSubstr("'ascii' drops more than half of the letters of 1 of 1 references "
                        "(0 of 4 letters kept) and 1 of 1 predictions"));
  EXPECT_EQ(report.ToJson().at("warnings").size(), 1u);
}

TEST(RougeReport, TextThatKeepsItsLettersIsNotWarnedAbout) {
  const std::vector<RougePair> korean = {{"나는 간다", {"나는 간다"}}};
  EXPECT_THAT(ScoreRouge(korean, {"syllable", false}, 1).warnings, IsEmpty());
  const std::vector<RougePair> english = {{"caf\u00e9 and 3", {"a caf\u00e9", ""}}};
  EXPECT_THAT(ScoreRouge(english, {"ascii", false}, 1).warnings, IsEmpty());
}

TEST(RougeReport, MeansAreExactAndIntervalsSeeded) {
  std::vector<RougePair> pairs;
  for (int i = 0; i < 40; ++i) pairs.push_back({i % 4 == 0 ? "a" : "x", {"a"}});
  const RougeReport report = ScoreRouge(pairs, {}, 5);
  EXPECT_DOUBLE_EQ(report.types[kRouge1].mean.f1, 0.25);
  EXPECT_LT(report.types[kRouge1].low, 0.25);
  EXPECT_GT(report.types[kRouge1].high, 0.25);
  EXPECT_EQ(report.ToJson(), ScoreRouge(pairs, {}, 5).ToJson());
  // 1.96 standard errors of a mean of 40 coins of 1/4 is 0.134; the percentiles stand near.
  EXPECT_NEAR(report.types[kRouge1].high - report.types[kRouge1].low, 0.268, 0.06);
}

TEST(RougeReport, AnotherSeedDrawsOtherResamples) {
  std::vector<RougePair> pairs;
  std::string prediction = "a";
  for (int i = 0; i < 40; ++i) pairs.push_back({prediction += " x", {"a"}});
  EXPECT_EQ(ScoreRouge(pairs, {}, 5).ToJson(), ScoreRouge(pairs, {}, 5).ToJson());
  EXPECT_NE(ScoreRouge(pairs, {}, 5).ToJson(), ScoreRouge(pairs, {}, 6).ToJson());
}

TEST(RougeReport, OneRowHasAnIntervalOfNoWidth) {
  const std::vector<RougePair> pairs = {{"a b", {"a c"}}};
  const RougeReport report = ScoreRouge(pairs, {}, 5);
  EXPECT_EQ(report.types[kRouge1].low, 0.5);
  EXPECT_EQ(report.types[kRouge1].high, 0.5);
  EXPECT_EQ(report.n, 1);
}

TEST(RougeReport, JsonHasTheKeysOfTheCommandLine) {
  const std::vector<RougePair> pairs = {{"a b", {"a b"}}};
  const Json json = ScoreRouge(pairs, {}, 5).ToJson();
  for (const char* type : {"rouge1", "rouge2", "rougeL", "rougeLsum"}) {
    for (const char* part : {"precision", "recall", "f1", "low", "high"})
      EXPECT_EQ(json.at(type).at(part), 1.0);
  }
  EXPECT_EQ(json.at("tokenizer"), "ascii");
  EXPECT_EQ(json.at("n"), 1);
}

}  // namespace
}  // namespace plumbline::eval
