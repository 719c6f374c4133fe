// The added tokens of a tokenizer.json, special and other: they are cut out of a text before the
// model sees it. A port of AddedVocabulary of the tokenizers library 0.23.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_ADDED_TOKENS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_ADDED_TOKENS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/data/tokenizer_json/aligned_text.h"
#include "harness/data/tokenizer_json/json_node.h"
#include "harness/data/tokenizer_json/model.h"
#include "harness/data/tokenizer_json/normalizers.h"

namespace plumbline::data::tokenizer_json {

struct AddedToken {
  std::string content;
  bool single_word = false;  // matches between word characters do not count
  bool lstrip = false;       // takes the white space on its left with it
  bool rstrip = false;
  bool normalized = false;  // looked for in the normalized text, as the normalizer writes it
  bool special = false;
};

// The flags of one token; `content` and `id` are the caller's.
AddedToken ReadAddedToken(const JsonNode& node);

class AddedTokens {
 public:
  // Without a model's piece of that name a token gets the next free id; `id` is the one that the
  // file claims. Errors: kModel (at `node`) when the two differ.
  void Add(const JsonNode& node, AddedToken token, int64_t id, const Model& model);
  // Makes a piece of the model, or a token that is there, special. False: no such token.
  bool MakeSpecial(const std::string& content, const Model& model);
  // Called once, after the last Add. Errors: kModel when two tokens look the same.
  void Finish(const Normalizer& normalizer, const JsonNode& node);

  // Tokens that are looked for in the raw text, then in each normalized rest.
  std::vector<Section> Extract(std::string_view text, const Normalizer& normalizer) const;

  const AddedToken* Find(int64_t id) const;
  std::optional<int64_t> IdOf(const std::string& content) const;
  // What decoders see: the normalized form of a normalized token.
  const std::string* DecodedForm(int64_t id) const;
  bool IsSpecial(const std::string& text) const { return special_.contains(text); }
  int64_t end() const { return tokens_.empty() ? 0 : tokens_.rbegin()->first + 1; }

 private:
  using Forms = std::map<std::string, int64_t, std::less<>>;  // what is looked for
  struct Searched {
    Forms forms;
    std::vector<size_t> lengths[256];  // of the forms that begin with a byte, longest first
    void Index();
  };
  struct Cut {
    std::optional<int64_t> id;
    size_t begin = 0;
    size_t end = 0;
  };

  std::vector<Cut> FindIn(std::string_view text, const Searched& searched) const;
  void Split(const AlignedText& text, const Searched& searched,
             std::vector<Section>& sections) const;

  std::map<int64_t, AddedToken> tokens_;
  std::map<std::string, int64_t> ids_;
  std::map<int64_t, std::string> normalized_;  // where it differs from the content
  std::set<std::string> special_;
  Searched raw_, rewritten_;
};

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_ADDED_TOKENS_H_
