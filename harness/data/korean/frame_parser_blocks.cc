#include <algorithm>

#include "harness/base/number.h"
#include "harness/data/korean/frame_parser_state.h"

namespace plumbline::data::korean {
namespace {

constexpr std::pair<std::string_view, BlockKind> kKinds[] = {
    {"open", BlockKind::kOpen},         {"core", BlockKind::kCore},   {"opt", BlockKind::kOpt},
    {"distract", BlockKind::kDistract}, {"close", BlockKind::kClose}, {"crowd", BlockKind::kCrowd}};
constexpr std::pair<std::string_view, CorrectionKind> kCorrections[] = {
    {"self", CorrectionKind::kSelf},
    {"other", CorrectionKind::kOther},
    {"avail", CorrectionKind::kAvail}};

int CountSentences(std::string_view text) {
  int count = 1;
  for (size_t at = text.find(". "); at != std::string_view::npos; at = text.find(". ", at + 1))
    ++count;
  return count;
}

}  // namespace

void FrameParser::ParseBlock(const std::string& rest) {
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

void FrameParser::ApplyBlockAttribute(Block& block, const std::string& word) {
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

void FrameParser::ParseRange(Block& block, const std::string& range) {
  const size_t dash = range.find('-');
  const auto first = ParseDouble(range.substr(0, dash));
  const auto last = dash == std::string::npos ? first : ParseDouble(range.substr(dash + 1));
  if (!first.has_value() || !last.has_value() || *first > *last)
    return AddError("a position range is @2-5");
  block.first = *first;
  block.last = *last;
}

void FrameParser::StartScript() {
  if (!in_block_) return AddError("'or' outside a block");
  frame_.blocks.back().scripts.emplace_back();
  correction_ = CorrectionKind::kNone;
}

void FrameParser::StartCorrection(const std::string& name) {
  const auto kind = LookUp(kCorrections, name);
  if (!kind.has_value() || !in_block_) return AddError("unknown section '" + name + ":'");
  correction_ = *kind;
  frame_.blocks.back().scripts.back().corrections[*kind];
}

void FrameParser::ParseTurnLine(char role, const std::string& text) {
  Script& script = frame_.blocks.back().scripts.back();
  std::vector<Turn>& turns =
      correction_ == CorrectionKind::kNone ? script.turns : script.corrections[correction_];
  if (turns.empty() || turns.back().role != role) {
    turns.emplace_back();
    turns.back().role = role;
  }
  turns.back().lines.push_back({ParseLineText(text), number_});
}

void FrameParser::ParsePattern(const std::string& rest, bool is_addition) {
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

void FrameParser::ApplyPatternAttribute(SummaryPattern& pattern, const Attribute& attribute) {
  if (attribute.key == "persons")
    return ParsePersons(attribute.value, pattern.min_persons, pattern.max_persons);
  if (attribute.key == "block") {
    pattern.block = attribute.value;
    return;
  }
  if (attribute.key != "when") return AddError("unknown summary attribute '" + attribute.key + "'");
  const size_t point = attribute.value.find('.');
  pattern.when_slot = attribute.value.substr(0, point);
  if (point == std::string::npos) return;
  const auto kind = LookUp(kCorrections, attribute.value.substr(point + 1));
  if (!kind.has_value()) return AddError("when=SLOT.self, .other or .avail");
  pattern.when_kind = *kind;
}

}  // namespace plumbline::data::korean
