#include "harness/data/tokenizer_json/added_tokens.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/unicode_classes.h"

namespace plumbline::data::tokenizer_json {
namespace {

// The last character of `text`, which is not empty.
CodePoint LastOf(std::string_view text) {
  size_t at = text.size() - 1;
  while ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return CodePointAt(text, at);
}

bool EndsWithWord(std::string_view text) { return !text.empty() && IsWordPart(LastOf(text).value); }

bool StartsWithWord(std::string_view text) {
  return !text.empty() && IsWordPart(CodePointAt(text, 0).value);
}

size_t SpacesAtEnd(std::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    const CodePoint last = LastOf(text.substr(0, end));
    if (!IsSpace(last.value)) break;
    end -= last.num_bytes;
  }
  return text.size() - end;
}

size_t SpacesAtStart(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const CodePoint point = CodePointAt(text, at);
    if (!IsSpace(point.value)) break;
    at += point.num_bytes;
  }
  return at;
}

}  // namespace

AddedToken ReadAddedToken(const JsonNode& node) {
  node.AllowOnly({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
                  "__type"});
  AddedToken token;
  token.content = node.At("content").Text();
  token.single_word = node.BoolOr("single_word", false);
  token.lstrip = node.BoolOr("lstrip", false);
  token.rstrip = node.BoolOr("rstrip", false);
  token.special = node.BoolOr("special", false);
  token.normalized = node.BoolOr("normalized", !token.special);
  return token;
}

void AddedTokens::Add(const JsonNode& node, AddedToken token, int64_t id, const Model& model) {
  if (token.content.empty()) node.Refuse("an empty added token", "a text");
  const Vocabulary& vocabulary = model.vocabulary();
  const int64_t model_end = model.is_bpe() ? vocabulary.count() : vocabulary.end();
  auto own = IdOf(token.content);
  if (!own) own = vocabulary.IdOf(token.content);
  const int64_t given = own ? *own : std::max(model_end, end());
  if (given != id) {
    node.Refuse("the id " + std::to_string(id) + " for " + Quoted(token.content),
                std::to_string(given) + ", which the tokenizers library gives it");
  }
  if (token.special) special_.insert(token.content);
  ids_[token.content] = id;
  tokens_[id] = std::move(token);
}

bool AddedTokens::MakeSpecial(const std::string& content, const Model& model) {
  if (const auto id = IdOf(content)) {
    tokens_.at(*id).special = true;
    special_.insert(content);
    return true;
  }
  const auto id = model.vocabulary().IdOf(content);
  if (!id || content.empty()) return false;
  AddedToken token;
  token.content = content;
  token.special = true;
  special_.insert(content);
  ids_[content] = *id;
  tokens_[*id] = std::move(token);
  return true;
}

void AddedTokens::Finish(const Normalizer& normalizer, const JsonNode& node) {
  for (const auto& [id, token] : tokens_) {
    std::string form = token.content;
    if (token.normalized && normalizer) {
      AlignedText text(form);
      normalizer(text);
      form = text.text();
      if (form != token.content) normalized_[id] = form;
    }
    if (form.empty()) {
      node.Refuse(Quoted(token.content) + ", of which the normalizer leaves nothing",
                  "tokens that can be found");
    }
    Searched& searched = token.normalized ? rewritten_ : raw_;
    if (!searched.forms.emplace(form, id).second) {
      node.Refuse("two tokens that are looked for as " + Quoted(form), "each one once");
    }
  }
  raw_.Index();
  rewritten_.Index();
}

void AddedTokens::Searched::Index() {
  for (const auto& [form, id] : forms) {
    lengths[static_cast<unsigned char>(form[0])].push_back(form.size());
  }
  for (std::vector<size_t>& list : lengths) {
    std::sort(list.begin(), list.end(), std::greater<>());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

// Leftmost first, the longest of those; a match that single_word discards still hides what it
// covers, as in the library.
std::vector<AddedTokens::Cut> AddedTokens::FindIn(std::string_view text,
                                                  const Searched& searched) const {
  std::vector<Cut> cuts;
  size_t covered = 0;  // end of the last cut
  for (size_t at = 0; at < text.size();) {
    auto found = searched.forms.end();
    for (const size_t length : searched.lengths[static_cast<unsigned char>(text[at])]) {
      found = searched.forms.find(text.substr(at, length));
      if (found != searched.forms.end()) break;
    }
    if (found == searched.forms.end()) {
      ++at;
      continue;
    }
    const AddedToken& token = tokens_.at(found->second);
    size_t begin = at;
    size_t end = at + found->first.size();
    at = end;
    if (token.single_word &&
        (EndsWithWord(text.substr(0, begin)) || StartsWithWord(text.substr(end)))) {
      continue;
    }
    if (token.lstrip) begin = std::max(begin - SpacesAtEnd(text.substr(0, begin)), covered);
    if (token.rstrip) end += SpacesAtStart(text.substr(end));
    if (covered < begin) cuts.push_back({std::nullopt, covered, begin});
    cuts.push_back({found->second, begin, end});
    covered = end;
  }
  if (covered < text.size()) cuts.push_back({std::nullopt, covered, text.size()});
  return cuts;
}

void AddedTokens::Split(const AlignedText& text, const Searched& searched,
                        std::vector<Section>& sections) const {
  for (const Cut& cut : FindIn(text.text(), searched)) {
    if (cut.begin < cut.end) sections.push_back({text.Slice(cut.begin, cut.end), cut.id});
  }
}

std::vector<Section> AddedTokens::Extract(std::string_view text,
                                          const Normalizer& normalizer) const {
  std::vector<Section> raw;
  Split(AlignedText(text), raw_, raw);
  std::vector<Section> sections;
  for (Section& section : raw) {
    if (section.id) {
      sections.push_back(std::move(section));
      continue;
    }
    if (normalizer) normalizer(section.text);
    Split(section.text, rewritten_, sections);
  }
  return sections;
}

const AddedToken* AddedTokens::Find(int64_t id) const {
  const auto token = tokens_.find(id);
  return token == tokens_.end() ? nullptr : &token->second;
}

std::optional<int64_t> AddedTokens::IdOf(const std::string& content) const {
  const auto id = ids_.find(content);
  return id == ids_.end() ? std::nullopt : std::optional<int64_t>(id->second);
}

const std::string* AddedTokens::DecodedForm(int64_t id) const {
  const auto normalized = normalized_.find(id);
  if (normalized != normalized_.end()) return &normalized->second;
  const AddedToken* token = Find(id);
  return token == nullptr ? nullptr : &token->content;
}

}  // namespace plumbline::data::tokenizer_json
