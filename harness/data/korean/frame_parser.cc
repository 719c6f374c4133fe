#include "harness/data/korean/frame_parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/data/korean/lexicon.h"

namespace plumbline::data::korean {
namespace {

constexpr std::pair<std::string_view, Level> kLevels[] = {
    {"해요", Level::kHaeyo}, {"합쇼", Level::kHapsyo}, {"해", Level::kHae}};
constexpr std::pair<std::string_view, Naming> kNamings[] = {
    {"ask", Naming::kAsk}, {"intro", Naming::kIntro}, {"call", Naming::kCall}};
constexpr std::pair<std::string_view, BlockKind> kKinds[] = {
    {"open", BlockKind::kOpen},         {"core", BlockKind::kCore},   {"opt", BlockKind::kOpt},
    {"distract", BlockKind::kDistract}, {"close", BlockKind::kClose}, {"crowd", BlockKind::kCrowd}};
constexpr std::pair<std::string_view, CorrectionKind> kCorrections[] = {
    {"self", CorrectionKind::kSelf},
    {"other", CorrectionKind::kOther},
    {"avail", CorrectionKind::kAvail}};

template <typename Table>
auto LookUp(const Table& table, std::string_view name) -> std::optional<decltype(table[0].second)> {
  for (const auto& [known, value] : table) {
    if (known == name) return value;
  }
  return std::nullopt;
}

struct Attribute {
  std::string key, value;
};

Attribute ParseAttribute(std::string_view word) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {std::string(word), ""};
  return {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
}

int CountSentences(std::string_view text) {
  int count = 1;
  for (size_t at = text.find(". "); at != std::string_view::npos; at = text.find(". ", at + 1))
    ++count;
  return count;
}

class FrameParser {
 public:
  FrameParser(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  ParsedFrame Parse() {
    size_t begin = 0;
    while (begin <= text_.size()) {
      const size_t end = std::min(text_.find('\n', begin), text_.size());
      ++number_;
      std::string line = Trimmed(text_.substr(begin, end - begin));
      begin = end + 1;
      if (line.empty() || line.front() == '#') continue;
      try {
        ParseOneLine(line);
      } catch (const Error& error) {
        AddError(error.what());
      }
    }
    if (frame_.id.empty()) AddError("no line 'frame ID NAME'");
    return {std::move(frame_), std::move(errors_)};
  }

 private:
  void AddError(const std::string& what) {
    errors_.push_back(source_ + ":" + std::to_string(number_) + ": " + what);
  }

  void ParseOneLine(const std::string& line) {
    const size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : Trimmed(line.substr(space));
    if (in_table_) return ParseRow(line);
    if (word == "or" && rest.empty()) return StartScript();
    if (line.back() == ':' && rest.empty()) return StartCorrection(line.substr(0, line.size() - 1));
    const bool is_role = word.size() == 1 && ((word[0] >= 'A' && word[0] <= 'C') || word[0] == 'X');
    if (is_role && !frame_.blocks.empty() && in_block_) return ParseTurnLine(word[0], rest);
    ParseKeyword(word, rest);
  }

  void ParseKeyword(const std::string& word, const std::string& rest) {
    in_block_ = false;
    if (word == "frame") return ParseHead(rest);
    if (word == "weight") return ParseWeight(rest);
    if (word == "labels") {
      frame_.labels = SplitList(rest, ',');
      return;
    }
    if (word == "label+") {
      for (const std::string& label : SplitList(rest, ','))
        frame_.slot_labels.push_back(ParseLineText(label));
      return;
    }
    if (word == "role") return ParseRole(rest);
    if (word == "name") return ParseNaming(rest);
    if (word == "pii") return ParseMasks(rest);
    if (word == "talk") {
      frame_.talk = rest;
      return;
    }
    if (word == "group") {
      frame_.group = rest;
      return;
    }
    if (word == "slot" || word == "aux") return ParseSlot(rest, word == "slot");
    if (word == "pool") return ParsePool(rest);
    if (word == "table") return ParseTable(rest);
    if (word == "forbid") return ParseForbid(rest);
    if (word == "block") return ParseBlock(rest);
    if (word == "sum" || word == "add") return ParsePattern(rest, word == "add");
    AddError("unknown word '" + word + "' at the start of the line");
  }

  void ParseHead(const std::string& rest) {
    const size_t space = rest.find(' ');
    frame_.id = rest.substr(0, space);
    frame_.name = space == std::string::npos ? "" : Trimmed(rest.substr(space));
    if (frame_.name.empty()) AddError("the frame has no name");
  }

  void ParseWeight(const std::string& rest) {
    const auto weight = ParseDouble(rest);
    if (!weight.has_value() || *weight <= 0) return AddError("weight must be a positive number");
    frame_.weight = *weight;
  }

  void ParseRole(const std::string& rest) {
    const auto words = SplitList(rest, ' ');
    if (words.size() < 3 || words[0].size() != 1) return AddError("wanted: role LETTER NOUN LEVEL");
    const auto level = LookUp(kLevels, words.back());
    if (!level.has_value())
      return AddError("unknown speech level '" + words.back() + "': 해요, 합쇼 or 해");
    Role role;
    role.letter = words[0][0];
    role.noun = words[1];
    role.level = *level;
    frame_.roles.push_back(std::move(role));
  }

  Role* MutableRole(const std::string& letter) {
    for (Role& role : frame_.roles) {
      if (letter.size() == 1 && role.letter == letter[0]) return &role;
    }
    AddError("no role '" + letter + "' declared above");
    return nullptr;
  }

  void ParseNaming(const std::string& rest) {
    const auto words = SplitList(rest, ' ');
    if (words.size() != 2) return AddError("wanted: name LETTER ask|intro|call");
    const auto naming = LookUp(kNamings, words[1]);
    if (!naming.has_value())
      return AddError("unknown naming '" + words[1] + "': ask, intro or call");
    if (Role* role = MutableRole(words[0])) role->naming = *naming;
  }

  void ParseMasks(const std::string& rest) {
    auto words = SplitList(rest, ' ');
    if (words.size() < 2) return AddError("wanted: pii LETTER KIND...");
    Role* role = MutableRole(words[0]);
    words.erase(words.begin());
    for (const std::string& mask : words) {
      if (!IsMaskKind(mask)) AddError("unknown mask '" + mask + "'");
    }
    if (role != nullptr) role->masks = words;
  }

  std::vector<Value> ParseValues(const std::string& text) {
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

  void ParseSlot(const std::string& rest, bool is_fact) {
    const size_t equals = rest.find(" = ");
    if (equals == std::string::npos)
      return AddError("wanted: slot NAME [noun=..] [cue=..] = VALUES");
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

  // words[0] is the slot's name; a word without '=' continues the value before it ("noun=예약
  // 시간").
  void ApplySlotAttributes(Slot& slot, const std::vector<std::string>& words) {
    std::vector<Attribute> attributes;
    for (size_t i = 1; i < words.size(); ++i) {
      const bool continues = words[i].find('=') == std::string::npos && !attributes.empty();
      if (continues) attributes.back().value += " " + words[i];
      if (!continues) attributes.push_back(ParseAttribute(words[i]));
    }
    for (const Attribute& attribute : attributes) ApplySlotAttribute(slot, attribute);
  }

  void ApplySlotAttribute(Slot& slot, const Attribute& attribute) {
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

  Slot* MutableSlot(std::string_view name) {
    return const_cast<Slot*>(std::as_const(frame_).FindSlot(name));
  }

  Slot& AddSlot(const std::string& name, bool is_fact) {
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

  void ParsePool(const std::string& rest) {
    const size_t equals = rest.find(" = ");
    if (equals == std::string::npos) return AddError("wanted: pool NAME = VALUES");
    frame_.pool_name = Trimmed(rest.substr(0, equals));
    frame_.pool = SplitList(rest.substr(equals + 3), ',');
  }

  // Columns are "slot", "slot.form" or "~helper", with slot attributes allowed after a name: "약
  // cue=choice".
  void ParseTable(const std::string& rest) {
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

  void ParseRow(const std::string& line) {
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

  void AddTableValue(const std::string& name, const Value& value) {
    Slot* slot = MutableSlot(name);
    const auto same = [&value](const Value& other) { return other.text == value.text; };
    if (std::none_of(slot->values.begin(), slot->values.end(), same)) slot->values.push_back(value);
  }

  void ParseForbid(const std::string& rest) {
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

  void ParsePersons(const std::string& value, int& min_persons, int& max_persons) {
    const auto number = ParseInt(value.substr(0, value.find('+')));
    if (!number.has_value()) return AddError("persons is a number or a number and +");
    min_persons = static_cast<int>(*number);
    if (value.back() != '+') max_persons = min_persons;
  }

  void ParseBlock(const std::string& rest) {
    const auto words = SplitList(rest, ' ');
    if (words.empty()) return AddError("the block has no name");
    Block block;
    block.name = words[0];
    block.line = number_;
    if (const auto kind = LookUp(kKinds, words[0])) block.kind = *kind;
    for (size_t i = 1; i < words.size(); ++i) ApplyBlockAttribute(block, words[i]);
    block.scripts.emplace_back();
    frame_.blocks.push_back(std::move(block));
    in_block_ = true;
    correction_ = CorrectionKind::kNone;
  }

  void ApplyBlockAttribute(Block& block, const std::string& word) {
    if (const auto kind = LookUp(kKinds, word)) {
      block.kind = *kind;
      return;
    }
    if (word.front() == '@') return ParseRange(block, word.substr(1));
    if (word == "noack") {
      block.acknowledged = false;
      return;
    }
    const Attribute attribute = ParseAttribute(word);
    if (attribute.key == "needs") {
      block.needs = SplitList(attribute.value, ',');
      return;
    }
    if (attribute.key == "after") {
      block.after = SplitList(attribute.value, ',');
      return;
    }
    if (attribute.key == "persons")
      return ParsePersons(attribute.value, block.min_persons, block.max_persons);
    if (attribute.key != "corr") return AddError("unknown block attribute '" + word + "'");
    for (const std::string& name : SplitList(attribute.value, ',')) {
      const auto kind = LookUp(kCorrections, name);
      if (!kind.has_value()) AddError("unknown correction '" + name + "': self, other or avail");
      if (kind.has_value()) block.corrections.insert(*kind);
    }
  }

  void ParseRange(Block& block, const std::string& range) {
    const size_t dash = range.find('-');
    const auto first = ParseDouble(range.substr(0, dash));
    const auto last = dash == std::string::npos ? first : ParseDouble(range.substr(dash + 1));
    if (!first.has_value() || !last.has_value() || *first > *last)
      return AddError("a position range is @2-5");
    block.first = *first;
    block.last = *last;
  }

  void StartScript() {
    if (!in_block_) return AddError("'or' outside a block");
    frame_.blocks.back().scripts.emplace_back();
    correction_ = CorrectionKind::kNone;
  }

  void StartCorrection(const std::string& name) {
    const auto kind = LookUp(kCorrections, name);
    if (!kind.has_value() || !in_block_) return AddError("unknown section '" + name + ":'");
    correction_ = *kind;
    frame_.blocks.back().scripts.back().corrections[*kind];
  }

  void ParseTurnLine(char role, const std::string& text) {
    Script& script = frame_.blocks.back().scripts.back();
    std::vector<Turn>& turns =
        correction_ == CorrectionKind::kNone ? script.turns : script.corrections[correction_];
    if (turns.empty() || turns.back().role != role) {
      turns.emplace_back();
      turns.back().role = role;
    }
    turns.back().lines.push_back({ParseLineText(text), number_});
  }

  void ParsePattern(const std::string& rest, bool is_addition) {
    const size_t colon = rest.front() == ':' ? 0 : rest.find(" : ");
    if (rest.empty() || colon == std::string::npos)
      return AddError("wanted: sum [when=..] [persons=..] [block=..] : TEXT");
    SummaryPattern pattern;
    pattern.is_addition = is_addition;
    pattern.line = number_;
    for (const std::string& word : SplitList(rest.substr(0, colon), ' '))
      ApplyPatternAttribute(pattern, ParseAttribute(word));
    const std::string text = Trimmed(rest.substr(colon == 0 ? 1 : colon + 3));
    pattern.text = ParseLineText(text);
    pattern.num_sentences = CountSentences(text);
    (is_addition ? frame_.additions : frame_.sums).push_back(std::move(pattern));
  }

  void ApplyPatternAttribute(SummaryPattern& pattern, const Attribute& attribute) {
    if (attribute.key == "persons")
      return ParsePersons(attribute.value, pattern.min_persons, pattern.max_persons);
    if (attribute.key == "block") {
      pattern.block = attribute.value;
      return;
    }
    if (attribute.key != "when")
      return AddError("unknown summary attribute '" + attribute.key + "'");
    const size_t point = attribute.value.find('.');
    pattern.when_slot = attribute.value.substr(0, point);
    if (point == std::string::npos) return;
    const auto kind = LookUp(kCorrections, attribute.value.substr(point + 1));
    if (!kind.has_value()) return AddError("when=SLOT.self, .other or .avail");
    pattern.when_kind = *kind;
  }

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

}  // namespace

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1));
}

std::vector<std::string> SplitList(std::string_view text, char separator) {
  std::vector<std::string> pieces;
  while (true) {
    const size_t end = text.find(separator);
    std::string piece = Trimmed(text.substr(0, end));
    if (!piece.empty()) pieces.push_back(std::move(piece));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

ParsedFrame ParseFrame(std::string_view text, std::string_view source) {
  return FrameParser(text, source).Parse();
}

}  // namespace plumbline::data::korean
