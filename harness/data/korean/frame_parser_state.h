// The state of reading one frame file; its parts are in frame_parser.cc (lines, head, roles),
// frame_parser_slots.cc and frame_parser_blocks.cc. Included by these three alone.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_PARSER_STATE_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_PARSER_STATE_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/data/korean/frame_parser.h"

namespace plumbline::data::korean {

// One "key=value" or bare "key" of a declaration.
struct Attribute {
  std::string key, value;
};

Attribute ParseAttribute(std::string_view word);

// The value that a fixed table gives to a name.
template <typename Table>
auto LookUp(const Table& table, std::string_view name) -> std::optional<decltype(table[0].second)> {
  for (const auto& [known, value] : table) {
    if (known == name) return value;
  }
  return std::nullopt;
}

class FrameParser {
 public:
  FrameParser(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  ParsedFrame Parse();

 private:
  void AddError(const std::string& what);
  void ParseOneLine(const std::string& line);
  void ParseKeyword(const std::string& word, const std::string& rest);
  void ParseHead(const std::string& rest);
  void ParseWeight(const std::string& rest);
  void ParseRole(const std::string& rest);
  Role* MutableRole(const std::string& letter);
  void ParseNaming(const std::string& rest);
  void ParseMasks(const std::string& rest);
  std::vector<Value> ParseValues(const std::string& text);
  void ParseSlot(const std::string& rest, bool is_fact);
  // words[0] is the slot's name; a word without '=' continues the value before it ("noun=예약
  // 시간").
  void ApplySlotAttributes(Slot& slot, const std::vector<std::string>& words);
  void ApplySlotAttribute(Slot& slot, const Attribute& attribute);
  Slot* MutableSlot(std::string_view name);
  Slot& AddSlot(const std::string& name, bool is_fact);
  void ParsePool(const std::string& rest);
  // Columns are "slot", "slot.form" or "~helper", with slot attributes allowed after a name: "약
  // cue=choice".
  void ParseTable(const std::string& rest);
  void ParseRow(const std::string& line);
  void AddTableValue(const std::string& name, const Value& value);
  void ParseForbid(const std::string& rest);
  void ParsePersons(const std::string& value, int& min_persons, int& max_persons);
  void ParseBlock(const std::string& rest);
  void ApplyBlockAttribute(Block& block, const std::string& word);
  void ParseRange(Block& block, const std::string& range);
  void StartScript();
  void StartCorrection(const std::string& name);
  void ParseTurnLine(char role, const std::string& text);
  void ParsePattern(const std::string& rest, bool is_addition);
  void ApplyPatternAttribute(SummaryPattern& pattern, const Attribute& attribute);
  std::string_view text_;
  std::string source_;
  int number_ = 0;
  bool in_table_ = false, in_block_ = false;
  CorrectionKind correction_ = CorrectionKind::kNone;
  std::vector<std::string> columns_;
  std::vector<std::pair<std::string, std::vector<Value>>> waiting_rejects_;
  Frame frame_;
  std::vector<std::string> errors_;
};

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_PARSER_STATE_H_
