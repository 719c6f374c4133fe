#include "harness/data/korean/frame_parser.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/data/korean/frame_parser_state.h"
#include "harness/data/korean/lexicon.h"

namespace plumbline::data::korean {
namespace {

constexpr std::pair<std::string_view, Level> kLevels[] = {
    {"해요", Level::kHaeyo}, {"합쇼", Level::kHapsyo}, {"해", Level::kHae}};
constexpr std::pair<std::string_view, Naming> kNamings[] = {
    {"ask", Naming::kAsk}, {"intro", Naming::kIntro}, {"call", Naming::kCall}};

}  // namespace

Attribute ParseAttribute(std::string_view word) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {std::string(word), ""};
  return {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
}

ParsedFrame FrameParser::Parse() {
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

void FrameParser::AddError(const std::string& what) {
  errors_.push_back(source_ + ":" + std::to_string(number_) + ": " + what);
}

void FrameParser::ParseOneLine(const std::string& line) {
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

void FrameParser::ParseKeyword(const std::string& word, const std::string& rest) {
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
  if (word == "serves") {
    if (rest != "A" && rest != "B") return AddError("wanted: serves A|B");
    frame_.server = rest[0];
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

void FrameParser::ParseHead(const std::string& rest) {
  const size_t space = rest.find(' ');
  frame_.id = rest.substr(0, space);
  frame_.name = space == std::string::npos ? "" : Trimmed(rest.substr(space));
  if (frame_.name.empty()) AddError("the frame has no name");
}

void FrameParser::ParseWeight(const std::string& rest) {
  const auto weight = ParseDouble(rest);
  if (!weight.has_value() || *weight <= 0) return AddError("weight must be a positive number");
  frame_.weight = *weight;
}

void FrameParser::ParseRole(const std::string& rest) {
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

Role* FrameParser::MutableRole(const std::string& letter) {
  for (Role& role : frame_.roles) {
    if (letter.size() == 1 && role.letter == letter[0]) return &role;
  }
  AddError("no role '" + letter + "' declared above");
  return nullptr;
}

void FrameParser::ParseNaming(const std::string& rest) {
  const auto words = SplitList(rest, ' ');
  if (words.size() != 2) return AddError("wanted: name LETTER ask|intro|call");
  const auto naming = LookUp(kNamings, words[1]);
  if (!naming.has_value()) return AddError("unknown naming '" + words[1] + "': ask, intro or call");
  if (Role* role = MutableRole(words[0])) role->naming = *naming;
}

void FrameParser::ParseMasks(const std::string& rest) {
  auto words = SplitList(rest, ' ');
  if (words.size() < 2) return AddError("wanted: pii LETTER KIND...");
  Role* role = MutableRole(words[0]);
  words.erase(words.begin());
  for (const std::string& mask : words) {
    if (!IsMaskKind(mask)) AddError("unknown mask '" + mask + "'");
  }
  if (role != nullptr) role->masks = words;
}

void FrameParser::ParsePersons(const std::string& value, int& min_persons, int& max_persons) {
  const auto number = ParseInt(value.substr(0, value.find('+')));
  if (!number.has_value()) return AddError("persons is a number or a number and +");
  min_persons = static_cast<int>(*number);
  if (value.back() != '+') max_persons = min_persons;
}

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
