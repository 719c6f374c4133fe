#include "harness/check/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/check/run_fixture.h"

namespace plumbline::check {
namespace {

using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

RowDecision Decide(const Observation& baseline, const Observation& candidate) {
  return RuleOf(baseline.metric_class)(baseline, candidate);
}

Observation Loss(std::vector<Value> values, Direction direction = Direction::kLower) {
  return Metric("train.loss", MetricClass::kD1, std::move(values), direction);
}

TEST(FindDivergence, EqualBitsHaveNone) { EXPECT_FALSE(FindDivergence({1.0, 2.0}, {1.0, 2.0})); }

TEST(FindDivergence, NanEqualsNothingAndInfinityNeither) {
  EXPECT_TRUE(FindDivergence({kNan}, {kNan}));
  EXPECT_TRUE(FindDivergence({kInfinity}, {kInfinity}));
}

TEST(FindDivergence, MinusZeroIsAnotherValue) { EXPECT_TRUE(FindDivergence({0.0}, {-0.0})); }

TEST(FindDivergence, OneUnitInTheLastPlaceIsSeenAndMeasured) {
  const auto divergence = FindDivergence({1.0, 0.1}, {1.0, std::nextafter(0.1, 1.0)});
  ASSERT_TRUE(divergence);
  EXPECT_EQ(divergence->first_index, 1);
  EXPECT_EQ(divergence->ulps, 1u);
  EXPECT_FALSE(divergence->single_precision);
}

TEST(FindDivergence, SinglePrecisionValuesAreMeasuredInTheirOwnUnits) {
  const float value = 0.1f;
  const auto divergence = FindDivergence({double{value}}, {double{std::nextafterf(value, 1.0f)}});
  ASSERT_TRUE(divergence);
  EXPECT_EQ(divergence->ulps, 1u);
  EXPECT_TRUE(divergence->single_precision);
}

TEST(FindDivergence, ShorterSeriesDivergesWhereItEnds) {
  const auto divergence = FindDivergence({1.0, 2.0, 3.0}, {1.0, 2.0});
  ASSERT_TRUE(divergence);
  EXPECT_EQ(divergence->first_index, 2);
  EXPECT_EQ(divergence->candidate, "absent");
  EXPECT_EQ(divergence->compared, 3);
}

TEST(UlpDistance, CrossesZeroInSteps) {
  EXPECT_EQ(UlpDistance(1.0, 1.0), 0u);
  const double tiny = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(UlpDistance(-tiny, tiny), 3u);  // -tiny, -0, 0, tiny
}

TEST(JudgeBitwise, EqualPassesAndOneUlpFails) {
  EXPECT_EQ(Decide(Loss({0.1}), Loss({0.1})).status, RowStatus::kSame);
  const RowDecision decision = Decide(Loss({0.1}), Loss({std::nextafter(0.1, 1.0)}));
  EXPECT_EQ(decision.status, RowStatus::kChanged);
  EXPECT_TRUE(decision.gates);
}

TEST(JudgeBitwise, ValuesThatPrintAlikeAreStillDifferent) {
  EXPECT_NE(Decide(Loss({1.234567}), Loss({1.2345674})).status, RowStatus::kSame);
}

TEST(JudgeBitwise, SideFollowsTheDirection) {
  EXPECT_EQ(Decide(Loss({1.0}), Loss({1.1})).status, RowStatus::kWorse);
  EXPECT_EQ(Decide(Loss({1.0}), Loss({0.9})).status, RowStatus::kBetter);
  EXPECT_EQ(Decide(Loss({1.0}, Direction::kHigher), Loss({0.9}, Direction::kHigher)).status,
            RowStatus::kWorse);
  EXPECT_EQ(Decide(Loss({1.0}, Direction::kNone), Loss({0.9}, Direction::kNone)).status,
            RowStatus::kChanged);
}

TEST(JudgeBitwise, LongSeriesWithOneWrongStepFails) {
  std::vector<Value> stored(200, 1.0);
  std::vector<Value> measured = stored;
  EXPECT_EQ(Decide(Loss(stored), Loss(measured)).status, RowStatus::kSame);
  measured[199] = 1.5;
  EXPECT_EQ(Decide(Loss(stored), Loss(measured)).status, RowStatus::kWorse);
}

TEST(JudgeBitwise,
     MostStepsDifferentFails) {  // a reversed inequality let 179 of 200 through elsewhere
  std::vector<Value> stored(200, 1.0);
  std::vector<Value> measured(200, 1.01);
  for (size_t i = 0; i < 21; ++i) measured[i] = 1.0;
  const RowDecision decision = Decide(Loss(stored), Loss(measured));
  EXPECT_EQ(decision.status, RowStatus::kWorse);
  EXPECT_EQ(decision.divergence->differing, 179);
  EXPECT_EQ(decision.divergence->first_index, 21);
}

TEST(JudgeBitwise, DifferentLengthIsAVerdictNotAnError) {
  const RowDecision decision = Decide(Loss({1.0, 1.0, 1.0}), Loss({1.0}));
  EXPECT_EQ(decision.status, RowStatus::kChanged);
  EXPECT_THAT(decision.reason, HasSubstr("first at 1 of 3: 1 -> absent"));
}

TEST(JudgeBitwise, ConstantHistoryIsTestedToo) {
  EXPECT_NE(Decide(Loss({2.0, 2.0, 2.0}), Loss({2.0, 2.0, 2.5})).status, RowStatus::kSame);
}

TEST(JudgeExact, IntegersAndTextCompareWhole) {
  const auto count = [](int64_t value) { return Metric("n", MetricClass::kD0, {value}); };
  const auto digest = [](const char* text) {
    return Metric("d", MetricClass::kD0, {std::string(text)});
  };
  EXPECT_EQ(Decide(count(5), count(5)).status, RowStatus::kSame);
  EXPECT_EQ(Decide(count(5), count(6)).status, RowStatus::kChanged);
  EXPECT_EQ(Decide(digest("ab"), digest("ab")).status, RowStatus::kSame);
  EXPECT_EQ(Decide(digest("ab"), digest("ac")).status, RowStatus::kChanged);
}

Observation Bounded(std::vector<Value> values, const Envelope& envelope) {
  Observation observation =
      Metric("train.loss", MetricClass::kD2, std::move(values), Direction::kLower);
  observation.envelope = envelope;
  return observation;
}

TEST(JudgeBounded, EdgeOfTheBandIsInsideAndTheNextValueOutside) {
  const Envelope envelope{0.25, 0, 0.25, 0};  // exact in binary: 2 +- 0.5
  EXPECT_EQ(Decide(Bounded({2.0}, envelope), Bounded({2.5}, envelope)).status, RowStatus::kSame);
  EXPECT_EQ(Decide(Bounded({2.0}, envelope), Bounded({1.5}, envelope)).status, RowStatus::kSame);
  const double above = std::nextafter(2.5, 3.0);
  EXPECT_EQ(Decide(Bounded({2.0}, envelope), Bounded({above}, envelope)).status, RowStatus::kWorse);
}

TEST(JudgeBounded, EnvelopeGrowsWithTheStepUpToItsCap) {
  const Envelope envelope{0.01, 2, 0.04, 0};
  EXPECT_DOUBLE_EQ(RelativeBound(envelope, 0), 0.01);
  EXPECT_DOUBLE_EQ(RelativeBound(envelope, 2), 0.02);
  EXPECT_DOUBLE_EQ(RelativeBound(envelope, 100), 0.04);
  const Observation stored = Bounded({1.0, 1.0, 1.0}, envelope);
  EXPECT_EQ(Decide(stored, Bounded({1.0, 1.0, 1.015}, envelope)).status, RowStatus::kSame);
  EXPECT_EQ(Decide(stored, Bounded({1.015, 1.0, 1.0}, envelope)).status, RowStatus::kWorse);
}

TEST(JudgeBounded, FloorOfTheScaleServesValuesNearZero) {
  const Envelope floored{0.1, 0, 0.1, 1.0};
  EXPECT_EQ(Decide(Bounded({0.0}, floored), Bounded({0.05}, floored)).status, RowStatus::kSame);
  const Envelope bare{0.1, 0, 0.1, 0};
  EXPECT_NE(Decide(Bounded({0.0}, bare), Bounded({0.05}, bare)).status, RowStatus::kSame);
}

TEST(JudgeBounded, CandidateCannotWidenItsOwnEnvelope) {
  const Observation stored = Bounded({1.0}, {1e-6, 0, 1e-6, 0});
  EXPECT_EQ(Decide(stored, Bounded({2.0}, {10, 0, 10, 0})).status, RowStatus::kWorse);
}

TEST(JudgeBounded, NanIsOutside) {
  const Envelope envelope{0.5, 0, 0.5, 0};
  EXPECT_NE(Decide(Bounded({1.0}, envelope), Bounded({kNan}, envelope)).status, RowStatus::kSame);
  EXPECT_NE(Decide(Bounded({kNan}, envelope), Bounded({kNan}, envelope)).status, RowStatus::kSame);
}

TEST(JudgeBounded, LengthMustAgree) {
  const Envelope envelope{0.5, 0, 0.5, 0};
  EXPECT_EQ(Decide(Bounded({1.0, 1.0}, envelope), Bounded({1.0}, envelope)).status,
            RowStatus::kChanged);
}

TEST(JudgeCeiling, QuantumAboveTheLargestPassesAndMoreFails) {
  const auto peak = [](std::vector<Value> values) {
    return Metric("peak", MetricClass::kC, std::move(values), Direction::kLower);
  };
  const Observation stored = peak({int64_t{90}, int64_t{100}});
  EXPECT_EQ(Decide(stored, peak({int64_t{110}})).status, RowStatus::kSame);
  const RowDecision over = Decide(stored, peak({int64_t{50}, int64_t{111}}));
  EXPECT_EQ(over.status, RowStatus::kWorse);
  EXPECT_TRUE(over.gates);
  const RowDecision under = Decide(stored, peak({int64_t{20}}));
  EXPECT_EQ(under.status, RowStatus::kBetter);
  EXPECT_FALSE(under.gates);
}

TEST(JudgeAdvisory, NeverGatesWhateverItSees) {
  const auto speed = [](std::vector<Value> values) {
    return Metric("speed", MetricClass::kN1, std::move(values), Direction::kHigher);
  };
  const Observation stored = speed({10.0, 10.1, 10.2});
  const RowDecision slower = Decide(stored, speed({5.0, 5.1, 5.2}));
  EXPECT_EQ(slower.status, RowStatus::kWorse);
  EXPECT_FALSE(slower.gates);
  EXPECT_EQ(Decide(stored, speed({20.0, 20.0, 20.0})).status, RowStatus::kBetter);
  EXPECT_EQ(Decide(stored, speed({10.1, 9.0, 11.0})).status, RowStatus::kSame);
  EXPECT_EQ(Decide(stored, speed({5.0})).status, RowStatus::kInsufficient);
  EXPECT_EQ(Decide(speed({10.0, 10.0, 10.0}), speed({5.0, 5.0, 5.0})).status, RowStatus::kWorse);
}

TEST(RuleOf, EveryClassHasItsRule) {
  EXPECT_EQ(RuleName(MetricClass::kD0), "exact");
  EXPECT_EQ(RuleName(MetricClass::kD1), "bitwise");
  EXPECT_EQ(RuleName(MetricClass::kD2), "bounded");
  EXPECT_EQ(RuleName(MetricClass::kC), "ceiling");
  EXPECT_EQ(RuleName(MetricClass::kN1), "advisory");
  EXPECT_EQ(RuleName(MetricClass::kN2), "advisory");
}

}  // namespace
}  // namespace plumbline::check
