// What all frames share: value lists (@name), names of people and firms, phrases by key and speech
// level. Read once from the embedded text files; it knows nothing of frames.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_LEXICON_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_LEXICON_H_

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/data/korean/line_text.h"

namespace plumbline::data::korean {

// Raised whenever a word, name, phrase or frame changes: such a change is a new data set.
inline constexpr int kLexiconVersion = 2;

// Values of "@요일" and the like; empty when there is no such list.
std::vector<std::string> FindList(std::string_view name);

// A list of names.txt: "vowel", "consonant", "rieul", "foreign", "surname", "title", "business",
// "new". Errors: kInternal for an unknown one.
const std::vector<std::string>& NamesOf(std::string_view list);

// Wordings of `key` ("ack", "self.choice", "Email.give") in a speech level ("해요", "합쇼", "해").
// Errors: kInternal when there is none.
const std::vector<LineText>& Phrases(std::string_view key, std::string_view level);

// All phrases, for the checks.
const std::map<std::pair<std::string, std::string>, std::vector<LineText>>& AllPhrases();

// PhoneNumber, Address, Email, CardNumber, DateOfBirth, CarNumber, SSN, PassportNumber.
std::span<const std::string_view> MaskKinds();
bool IsMaskKind(std::string_view kind);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_LEXICON_H_
