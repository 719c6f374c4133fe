#include <algorithm>

#include "harness/data/korean/frame_parser_state.h"
#include "harness/data/korean/lexicon.h"

namespace plumbline::data::korean {

std::vector<Value> FrameParser::ParseValues(const std::string& text) {
  std::vector<Value> values;
  for (const std::string& item : SplitList(text, ',')) {
    if (item.front() != '@') {
      values.push_back({item, {}});
      continue;
    }
    const auto list = FindList(item);
    if (list.empty()) AddError("unknown list '" + item + "'");
    for (const std::string& value : list) values.push_back({value, {}});
  }
  return values;
}

void FrameParser::ParseSlot(const std::string& rest, bool is_fact) {
  const size_t equals = rest.find(" = ");
  if (equals == std::string::npos) return AddError("wanted: slot NAME [noun=..] [cue=..] = VALUES");
  const auto words = SplitList(rest.substr(0, equals), ' ');
  if (words.empty()) return AddError("the slot has no name");
  std::vector<Value> values = ParseValues(rest.substr(equals + 3));
  const std::string& name = words[0];
  Slot* base = name.back() == 'x' ? MutableSlot(name.substr(0, name.size() - 1)) : nullptr;
  if (base != nullptr) {
    base->rejects = std::move(values);
    return;
  }
  if (name.back() == 'x') {
    waiting_rejects_.emplace_back(name.substr(0, name.size() - 1), std::move(values));
    return;
  }
  Slot& slot = AddSlot(name, is_fact);
  slot.values = std::move(values);
  ApplySlotAttributes(slot, words);
}

void FrameParser::ApplySlotAttributes(Slot& slot, const std::vector<std::string>& words) {
  std::vector<Attribute> attributes;
  for (size_t i = 1; i < words.size(); ++i) {
    const bool continues = words[i].find('=') == std::string::npos && !attributes.empty();
    if (continues) attributes.back().value += " " + words[i];
    if (!continues) attributes.push_back(ParseAttribute(words[i]));
  }
  for (const Attribute& attribute : attributes) ApplySlotAttribute(slot, attribute);
}

void FrameParser::ApplySlotAttribute(Slot& slot, const Attribute& attribute) {
  if (attribute.key == "noun") {
    slot.noun = attribute.value;
    return;
  }
  if (attribute.key == "cue") {
    slot.cue = attribute.value == "choice" ? Cue::kChoice : Cue::kState;
    if (attribute.value != "choice" && attribute.value != "state")
      AddError("cue is choice or state");
    return;
  }
  AddError("unknown slot attribute '" + attribute.key + "'");
}

Slot* FrameParser::MutableSlot(std::string_view name) {
  return const_cast<Slot*>(std::as_const(frame_).FindSlot(name));
}

Slot& FrameParser::AddSlot(const std::string& name, bool is_fact) {
  if (frame_.FindSlot(name) != nullptr) AddError("slot '" + name + "' is declared twice");
  if (IsLibraryName(name)) AddError("'" + name + "' is a library name; choose another");
  Slot slot;
  slot.name = slot.noun = name;
  slot.is_fact = is_fact;
  for (auto& [base, values] : waiting_rejects_) {
    if (base == name) slot.rejects = values;
  }
  frame_.slots.push_back(std::move(slot));
  return frame_.slots.back();
}

void FrameParser::ParsePool(const std::string& rest) {
  const size_t equals = rest.find(" = ");
  if (equals == std::string::npos) return AddError("wanted: pool NAME = VALUES");
  frame_.pool_name = Trimmed(rest.substr(0, equals));
  frame_.pool = SplitList(rest.substr(equals + 3), ',');
}

void FrameParser::ParseTable(const std::string& rest) {
  in_table_ = true;
  columns_.clear();
  JointTable table;
  const int index = static_cast<int>(frame_.tables.size());
  for (const std::string& column : SplitList(rest, '|')) {
    const auto words = SplitList(column, ' ');
    std::string name = words[0];
    const bool is_fact = name.front() != '~';
    if (!is_fact) name = name.substr(1);
    columns_.push_back(name);
    if (name.find('.') != std::string::npos) continue;
    Slot& slot = AddSlot(name, is_fact);
    slot.table = index;
    ApplySlotAttributes(slot, words);
    table.slots.push_back(name);
  }
  frame_.tables.push_back(std::move(table));
}

void FrameParser::ParseRow(const std::string& line) {
  if (line == "end") {
    in_table_ = false;
    return;
  }
  const auto cells = SplitList(line, '|');
  if (cells.size() != columns_.size()) {
    return AddError("the row has " + std::to_string(cells.size()) + " cells, wanted " +
                    std::to_string(columns_.size()));
  }
  JointTable& table = frame_.tables.back();
  std::vector<Value> row(table.slots.size());
  for (size_t c = 0; c < cells.size(); ++c) {
    const size_t point = columns_[c].find('.');
    const std::string name = columns_[c].substr(0, point);
    const auto at = std::find(table.slots.begin(), table.slots.end(), name) - table.slots.begin();
    if (static_cast<size_t>(at) == table.slots.size())
      return AddError("form column '" + columns_[c] + "' has no slot column");
    Value& value = row[static_cast<size_t>(at)];
    (point == std::string::npos ? value.text : value.forms[columns_[c].substr(point + 1)]) =
        cells[c];
  }
  for (size_t s = 0; s < row.size(); ++s) AddTableValue(table.slots[s], row[s]);
  table.rows.push_back(std::move(row));
}

void FrameParser::AddTableValue(const std::string& name, const Value& value) {
  Slot* slot = MutableSlot(name);
  const auto same = [&value](const Value& other) { return other.text == value.text; };
  if (std::none_of(slot->values.begin(), slot->values.end(), same)) slot->values.push_back(value);
}

void FrameParser::ParseForbid(const std::string& rest) {
  const size_t first = rest.find('='), second = rest.rfind('=');
  const size_t space = second == std::string::npos ? second : rest.rfind(' ', second);
  if (first == second || space == std::string::npos)
    return AddError("wanted: forbid SLOT=VALUE OTHER=VALUE,VALUE");
  Forbidden rule;
  rule.slot = rest.substr(0, first);
  rule.value = Trimmed(rest.substr(first + 1, space - first - 1));
  rule.other_slot = Trimmed(rest.substr(space, second - space));
  rule.other_values = SplitList(rest.substr(second + 1), ',');
  frame_.forbidden.push_back(std::move(rule));
}

}  // namespace plumbline::data::korean
