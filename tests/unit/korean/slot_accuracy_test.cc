#include "harness/data/korean/slot_accuracy.h"

#include <gtest/gtest.h>

#include "tests/testing/error_matcher.h"

namespace plumbline::data::korean {
namespace {

Json Meta(const char* fname, const char* topic, const Json& facts) {
  return {{"fname", fname}, {"topic_id", topic}, {"facts", facts}};
}

Json FactJson(const char* slot, const char* final, const std::vector<std::string>& rejected) {
  return {{"slot", slot}, {"final", final}, {"rejected", rejected}};
}

TEST(HoldsValue, AnHourIsNotInsideAnHourWithMinutes) {
  EXPECT_FALSE(HoldsValue("오후 6시 30분에 만난다.", "오후 6시"));
  EXPECT_TRUE(HoldsValue("오후 6시에 만난다.", "오후 6시"));
  EXPECT_TRUE(HoldsValue("오후 6시 30분에 만난다.", "오후 6시 30분"));
}

TEST(HoldsValue, ANumberIsNotTheTailOfALongerOne) {
  EXPECT_FALSE(HoldsValue("13명이 온다.", "3명"));
  EXPECT_FALSE(HoldsValue("3만 5천 원을 낸다.", "5천 원"));
  EXPECT_TRUE(HoldsValue("모두 3명이 온다.", "3명"));
}

TEST(HoldsValue, DecomposedTextAndWideSpacesCountAsTheSame) {
  EXPECT_TRUE(HoldsValue("\u1112\u1161\u11AB\u1109\u1175", "\uD55C\uC2DC"));
  EXPECT_TRUE(HoldsValue("창가  자리를 고른다.", "창가 자리"));
}

TEST(SlotIsRight, NeedsTheFinalValueAndNoRejectedOne) {
  const SlotReference slot{"시각", "오후 4시", {"오후 3시"}};
  EXPECT_TRUE(SlotIsRight("오후 4시에 만난다.", slot));
  EXPECT_FALSE(SlotIsRight("오후 3시에 만난다.", slot));
  EXPECT_FALSE(SlotIsRight("오후 3시가 아니라 오후 4시에 만난다.", slot));
  EXPECT_FALSE(SlotIsRight("", slot));
}

TEST(MeasureSlots, CountsOverallContestedAndByTopic) {
  const std::vector<Json> meta = {
      Meta("a", "T01",
           Json::array({FactJson("메뉴", "비빔밥", {"냉면"}), FactJson("수량", "2인분", {})})),
      Meta("b", "T02", Json::array({FactJson("요일", "월요일", {})}))};
  const SlotAccuracy accuracy =
      MeasureSlots({{"a", "냉면 2인분을 주문한다."}, {"b", "월요일에 간다."}}, meta);
  EXPECT_EQ(accuracy.overall.right, 2);
  EXPECT_EQ(accuracy.overall.total, 3);
  EXPECT_EQ(accuracy.contested.right, 0);
  EXPECT_EQ(accuracy.contested.total, 1);
  EXPECT_DOUBLE_EQ(accuracy.by_topic.at("T01").Accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(accuracy.by_topic.at("T02").Accuracy(), 1.0);
}

TEST(MeasureSlots, AMissingPredictionIsWrong) {
  const std::vector<Json> meta = {Meta("a", "T01", Json::array({FactJson("메뉴", "비빔밥", {})}))};
  const SlotAccuracy accuracy = MeasureSlots({}, meta);
  EXPECT_EQ(accuracy.overall.right, 0);
  EXPECT_EQ(accuracy.overall.total, 1);
}

TEST(MeasureSlots, ARecordWithoutFactsFieldIsAnError) {
  const std::vector<Json> meta = {Json::parse(R"({"fname": "a", "topic_id": "T01"})")};
  EXPECT_ERROR(MeasureSlots({}, meta), ErrorKind::kData, "no field 'facts'");
}

TEST(MeasureSlots, NothingToMeasureHasAccuracyZeroOfZero) {
  EXPECT_EQ(MeasureSlots({}, {}).overall.total, 0);
  EXPECT_DOUBLE_EQ(MeasureSlots({}, {}).overall.Accuracy(), 0.0);
}

}  // namespace
}  // namespace plumbline::data::korean
