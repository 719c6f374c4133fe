// Slot accuracy: does a summary tell the final values and none of the rejected ones? ROUGE hardly
// sees 3 o'clock exchanged for 4 o'clock; this does. A pure function of texts and the sidecar; used
// on predictions and by the gates.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_SLOT_ACCURACY_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_SLOT_ACCURACY_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::data::korean {

// True when `text` holds `value` as written, not as a part of a longer number or time: "오후 6시"
// is not in "오후 6시 30분", "3명" is not in "13명". Spaces inside are compared loosely (any run
// counts as one).
bool HoldsValue(std::string_view text, std::string_view value);

// One slot that the reference summary tells.
struct SlotReference {
  std::string slot;
  std::string final;
  std::vector<std::string> rejected;
};

// A slot is right when its final value is there and every rejected value is absent.
bool SlotIsRight(std::string_view prediction, const SlotReference& slot);

struct SlotCount {
  int64_t right = 0;
  int64_t total = 0;
  double Accuracy() const {
    return total == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(total);
  }
};

struct SlotAccuracy {
  SlotCount overall;
  SlotCount contested;                        // slots with at least one rejected value
  std::map<std::string, SlotCount> by_topic;  // topic id -> slots of its items
};

// `predictions` by fname; `meta` are sidecar records
// {"fname","topic_id","facts":[{"slot","final","rejected"}]}. An item without a prediction counts
// all its slots as wrong. Errors: kData when a record lacks a field.
SlotAccuracy MeasureSlots(const std::map<std::string, std::string>& predictions,
                          const std::vector<Json>& meta);

// {"accuracy","right","total","contested":{...},"by_topic":{"T01":{...}}}
Json ToJson(const SlotAccuracy& accuracy);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_SLOT_ACCURACY_H_
