#include "harness/data/korean/numerals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace plumbline::data::korean {
namespace {

bool Has(const std::vector<std::string>& forms, const std::string& form) {
  return std::find(forms.begin(), forms.end(), form) != forms.end();
}

TEST(SinoReading, IsSpacedAtTenThousands) {
  EXPECT_EQ(SinoReading(0), "영");
  EXPECT_EQ(SinoReading(30), "삼십");
  EXPECT_EQ(SinoReading(104), "백사");
  EXPECT_EQ(SinoReading(502), "오백이");
  EXPECT_EQ(SinoReading(35'000), "삼만 오천");
  EXPECT_EQ(SinoReading(1'000'000'000'000), "일조");
}

TEST(SinoReading, TenThousandHasASilentOne) {
  EXPECT_EQ(SinoReading(10'000), "만");
  EXPECT_EQ(SinoReading(15'000), "만 오천");
  EXPECT_EQ(SinoReading(110'000), "십일만");
}

TEST(NativeReading, TwentyIsIrregular) {
  EXPECT_EQ(NativeReading(1), "한");
  EXPECT_EQ(NativeReading(4), "네");
  EXPECT_EQ(NativeReading(11), "열한");
  EXPECT_EQ(NativeReading(20), "스무");
  EXPECT_EQ(NativeReading(21), "스물한");
}

TEST(KindOfCounter, PeopleAreNativeAndFloorsAreSino) {
  EXPECT_EQ(KindOfCounter("명"), CounterKind::kNative);
  EXPECT_EQ(KindOfCounter("시"), CounterKind::kNative);
  EXPECT_EQ(KindOfCounter("층"), CounterKind::kSino);
  EXPECT_EQ(KindOfCounter("인분"), CounterKind::kSino);
  EXPECT_FALSE(KindOfCounter("번").has_value());  // a route number or a count: stays in digits
}

TEST(SpokenFormsOf, AClockTimeSaysHalfForThirtyMinutes) {
  const SpokenForms forms = SpokenFormsOf("오후 6시 30분");
  EXPECT_TRUE(Has(forms.digits, "오후 6시 30분"));
  EXPECT_TRUE(Has(forms.words, "저녁 여섯 시 반"));
  EXPECT_EQ(forms.later_words, std::vector<std::string>{"여섯 시 반"});
}

TEST(SpokenFormsOf, NoonIsNeverAfternoonTwelve) {
  EXPECT_EQ(SpokenFormsOf("오후 12시").digits, std::vector<std::string>{"낮 12시"});
}

TEST(SpokenFormsOf, MoneyHasCommasOrWords) {
  const SpokenForms forms = SpokenFormsOf("3만 5천 원");
  EXPECT_TRUE(Has(forms.digits, "35,000원"));
  EXPECT_EQ(forms.words, std::vector<std::string>{"삼만 오천 원"});
}

TEST(SpokenFormsOf, CountsTakeTheirNumeralsAndASpace) {
  EXPECT_EQ(SpokenFormsOf("3명").words, std::vector<std::string>{"세 명"});
  EXPECT_EQ(SpokenFormsOf("3인분").words, std::vector<std::string>{"삼 인분"});
  EXPECT_EQ(SpokenFormsOf("5층").words, std::vector<std::string>{"오 층"});
}

TEST(SpokenFormsOf, WhatHasNoNumberStaysAsItIs) {
  EXPECT_EQ(SpokenFormsOf("창가 자리").words, std::vector<std::string>{"창가 자리"});
  EXPECT_EQ(SpokenFormsOf("27번").words, std::vector<std::string>{"27번"});
}

}  // namespace
}  // namespace plumbline::data::korean
