#include "harness/check/observation.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/testing/error_matcher.h"

namespace plumbline::check {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Observation Loss(std::vector<Value> values) {
  Observation observation;
  observation.name = "train.loss";
  observation.metric_class = MetricClass::kD1;
  observation.unit = "nats";
  observation.direction = Direction::kLower;
  observation.values = std::move(values);
  return observation;
}

ObservationSet Set(std::vector<Observation> observations) {
  return {"s", RunStatus::kComplete, {}, std::move(observations)};
}

TEST(ObservationJson, RealValuesKeepEveryBit) {
  const double value = 0.1 + 0.2;
  const Json json = ParseJson(DumpJson(ToJson(Loss({value}))), "t");
  EXPECT_EQ(json["values"][0], "0x1.3333333333334p-2");
  EXPECT_EQ(std::get<double>(ObservationFromJson(json).values[0]), value);
}

TEST(ObservationJson, TextThatLooksLikeANumberStaysText) {
  const Observation back = ObservationFromJson(ToJson(Loss({std::string("0x1p+0")})));
  EXPECT_EQ(std::get<std::string>(back.values[0]), "0x1p+0");
}

TEST(ObservationJson, NonFiniteValuesSurviveTheFileSoThatTheyCanBeJudged) {
  const Observation back =
      ObservationFromJson(ParseJson(DumpJson(ToJson(Loss({kNan, -kInfinity}))), "t"));
  EXPECT_TRUE(IsNonFinite(back.values[0]));
  EXPECT_EQ(std::get<double>(back.values[1]), -kInfinity);
}

TEST(ObservationJson, SetReadsBackToTheSameText) {
  Observation memory = Loss({int64_t{7}});
  memory.metric_class = MetricClass::kC;
  memory.quantum = 2;
  const ObservationSet set =
      Set({Loss({1.0, 2.0}), BoundedTwin(Loss({1.0, 2.0}), {1e-6, 50, 1e-3, 0}), memory});
  const std::string text = DumpJson(ToJson(set));
  EXPECT_EQ(DumpJson(ToJson(ObservationSetFromJson(ParseJson(text, "t")))), text);
}

TEST(ObservationJson, SameNameAndClassTwiceIsRefused) {
  EXPECT_ERROR(ObservationSetFromJson(ToJson(Set({Loss({1.0}), Loss({1.0})}))), ErrorKind::kData,
               "twice");
}

TEST(ObservationJson, UnknownClassGetsTheNearest) {
  Json json = ToJson(Loss({1.0}));
  json["class"] = "D7";
  EXPECT_ERROR(ObservationFromJson(json), ErrorKind::kData, "'D0'");
}

TEST(ObservationJson, ValueOfAnotherTypeIsRefused) {
  Json json = ToJson(Loss({1.0}));
  json["values"] = {1.5};
  EXPECT_ERROR(ObservationFromJson(json), ErrorKind::kData, "type real");
}

TEST(DefectOf, FiniteSeriesHasNone) { EXPECT_EQ(DefectOf(Loss({1.0, 2.0})), ""); }

TEST(DefectOf, NamesWhatCannotBeJudged) {
  EXPECT_NE(DefectOf(Loss({})), "");
  EXPECT_NE(DefectOf(Loss({1.0, kNan})), "");
  EXPECT_NE(DefectOf(Loss({kInfinity})), "");
  EXPECT_NE(DefectOf(Loss({1.0, int64_t{1}})), "");
  Observation named = Loss({1.0});
  named.name = "train loss";
  EXPECT_NE(DefectOf(named), "");
  Observation noisy = Loss({std::string("fast")});
  noisy.metric_class = MetricClass::kN1;
  EXPECT_NE(DefectOf(noisy), "");
}

TEST(DefectOf, ToleranceThatWouldDisarmTheGateIsNamed) {
  Observation memory = Loss({1.0});
  memory.metric_class = MetricClass::kC;
  EXPECT_EQ(DefectOf(memory), "");
  for (const double quantum : {kNan, -1.0, kInfinity}) {
    memory.quantum = quantum;
    EXPECT_NE(DefectOf(memory), "") << quantum;
  }
  EXPECT_EQ(DefectOf(BoundedTwin(Loss({1.0}), {1e-6, 50, 1e-3, 0})), "");
  EXPECT_NE(DefectOf(BoundedTwin(Loss({1.0}), {kNan, 50, 1e-3, 0})), "");
  EXPECT_NE(DefectOf(BoundedTwin(Loss({1.0}), {1e-6, -50, 1e-3, 0})), "");
  EXPECT_NE(DefectOf(BoundedTwin(Loss({1.0}), {1e-6, 50, kInfinity, 0})), "");
  EXPECT_NE(DefectOf(BoundedTwin(Loss({1.0}), {})), "");
}

}  // namespace
}  // namespace plumbline::check
