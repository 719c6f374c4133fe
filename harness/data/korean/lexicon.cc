#include "harness/data/korean/lexicon.h"

#include <algorithm>
#include <iterator>

#include "harness/base/error.h"
#include "harness/data/korean/embedded_texts.h"
#include "harness/data/korean/frame_parser.h"

namespace plumbline::data::korean {
namespace {

using Lists = std::map<std::string, std::vector<std::string>, std::less<>>;
using PhraseMap = std::map<std::pair<std::string, std::string>, std::vector<LineText>>;

constexpr std::string_view kMaskKinds[] = {"PhoneNumber", "Address",   "Email", "CardNumber",
                                           "DateOfBirth", "CarNumber", "SSN",   "PassportNumber"};

std::string_view SharedText(std::string_view name) {
  for (const EmbeddedText& text : EmbeddedTexts()) {
    if (text.name == name) return text.text;
  }
  Fail(ErrorKind::kInternal, "reading an embedded text", Quoted(name), "a file under shared/",
       "list it in BUILD");
}

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines = SplitList(text, '\n');
  std::erase_if(lines, [](const std::string& line) { return line.front() == '#'; });
  return lines;
}

// Lines "NAME = A, B, C".
Lists ReadLists(std::string_view text) {
  Lists lists;
  for (const std::string& line : LinesOf(text)) {
    const size_t equals = line.find(" = ");
    PLUMBLINE_CHECK(equals != std::string::npos);
    lists[line.substr(0, equals)] = SplitList(line.substr(equals + 3), ',');
  }
  return lists;
}

PhraseMap ReadPhrases(std::string_view text) {
  PhraseMap phrases;
  std::vector<LineText>* current = nullptr;
  for (const std::string& line : LinesOf(text)) {
    if (line.starts_with("phrases ")) {
      const auto words = SplitList(line, ' ');
      PLUMBLINE_CHECK(words.size() == 3);
      current = &phrases[{words[1], words[2]}];
      continue;
    }
    PLUMBLINE_CHECK(current != nullptr);
    current->push_back(ParseLineText(line));
  }
  return phrases;
}

}  // namespace

std::vector<std::string> FindList(std::string_view name) {
  static const Lists lists = ReadLists(SharedText("shared/lists.txt"));
  const auto found = lists.find(name);
  return found == lists.end() ? std::vector<std::string>() : found->second;
}

const std::vector<std::string>& NamesOf(std::string_view list) {
  static const Lists names = ReadLists(SharedText("shared/names.txt"));
  const auto found = names.find(list);
  PLUMBLINE_CHECK(found != names.end());
  return found->second;
}

const PhraseMap& AllPhrases() {
  static const PhraseMap phrases = ReadPhrases(SharedText("shared/phrases.txt"));
  return phrases;
}

const std::vector<LineText>& Phrases(std::string_view key, std::string_view level) {
  const auto found = AllPhrases().find({std::string(key), std::string(level)});
  if (found == AllPhrases().end()) {
    Fail(ErrorKind::kInternal, "finding a phrase",
         Quoted(std::string(key).append(" ").append(level)), "a key of shared/phrases.txt",
         "add its wordings there");
  }
  return found->second;
}

std::span<const std::string_view> MaskKinds() { return kMaskKinds; }

bool IsMaskKind(std::string_view kind) {
  return std::find(std::begin(kMaskKinds), std::end(kMaskKinds), kind) != std::end(kMaskKinds);
}

}  // namespace plumbline::data::korean
