#include "harness/data/korean/slot_accuracy.h"

#include <algorithm>
#include <cctype>

#include "harness/base/error.h"
#include "harness/data/korean/hangul.h"

namespace plumbline::data::korean {
namespace {

// Composed, with every run of white space as one space.
std::string Normalized(std::string_view text) {
  std::string normalized;
  for (const char c : ComposeHangul(text)) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (space && (normalized.empty() || normalized.back() == ' ')) continue;
    normalized += space ? ' ' : c;
  }
  return normalized;
}

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// Position after the digits at `at`; `at` itself when there are none.
size_t DigitsEnd(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

// True when what follows continues the number that `value` ends with: minutes after an hour,
// thousands after 만.
bool IsContinued(std::string_view value, std::string_view after) {
  if (value.ends_with("시") && after.starts_with(" ")) {
    const size_t end = DigitsEnd(after, 1);
    return end > 1 && after.substr(end).starts_with("분");
  }
  return !value.empty() && IsDigit(value.back()) && !after.empty() && IsDigit(after.front());
}

// True when the digits that `value` begins with are the tail of a longer number ("3명" in "13명",
// "5천 원" in "3만 5천 원").
bool HasNumberBefore(std::string_view value, std::string_view before) {
  if (value.empty() || !IsDigit(value.front()) || before.empty()) return false;
  if (IsDigit(before.back()) || before.back() == ',' || before.back() == '.') return true;
  return value.ends_with("원") && before.ends_with("만 ") && before.size() > 4 &&
         IsDigit(before[before.size() - 5]);
}

const Json& Field(const Json& record, const char* name) {
  const auto found = record.find(name);
  if (found == record.end()) {
    Fail(ErrorKind::kData, "reading a sidecar record", "no field " + Quoted(name),
         "fname, topic_id and facts", "use the .meta.jsonl file of the data set");
  }
  return *found;
}

Json ToJson(const SlotCount& count) {
  return {{"accuracy", count.Accuracy()}, {"right", count.right}, {"total", count.total}};
}

}  // namespace

bool HoldsValue(std::string_view raw_text, std::string_view raw_value) {
  const std::string text = Normalized(raw_text), value = Normalized(raw_value);
  if (value.empty()) return false;
  for (size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) {
    const std::string_view before = std::string_view(text).substr(0, at);
    const std::string_view after = std::string_view(text).substr(at + value.size());
    if (!HasNumberBefore(value, before) && !IsContinued(value, after)) return true;
  }
  return false;
}

bool SlotIsRight(std::string_view prediction, const SlotReference& slot) {
  if (!HoldsValue(prediction, slot.final)) return false;
  return std::none_of(
      slot.rejected.begin(), slot.rejected.end(),
      [prediction](const std::string& rejected) { return HoldsValue(prediction, rejected); });
}

SlotAccuracy MeasureSlots(const std::map<std::string, std::string>& predictions,
                          const std::vector<Json>& meta) {
  SlotAccuracy accuracy;
  for (const Json& record : meta) {
    const auto prediction = predictions.find(Field(record, "fname").get<std::string>());
    const std::string text = prediction == predictions.end() ? "" : prediction->second;
    SlotCount& topic = accuracy.by_topic[Field(record, "topic_id").get<std::string>()];
    for (const Json& fact : Field(record, "facts")) {
      const SlotReference slot{Field(fact, "slot").get<std::string>(),
                               Field(fact, "final").get<std::string>(),
                               Field(fact, "rejected").get<std::vector<std::string>>()};
      const int64_t right = SlotIsRight(text, slot) ? 1 : 0;
      for (SlotCount* count : {&accuracy.overall, &topic}) {
        count->right += right;
        ++count->total;
      }
      if (slot.rejected.empty()) continue;
      accuracy.contested.right += right;
      ++accuracy.contested.total;
    }
  }
  return accuracy;
}

Json ToJson(const SlotAccuracy& accuracy) {
  Json json = ToJson(accuracy.overall);
  json["contested"] = ToJson(accuracy.contested);
  for (const auto& [topic, count] : accuracy.by_topic) json["by_topic"][topic] = ToJson(count);
  return json;
}

}  // namespace plumbline::data::korean
