// tokenizer.json, the file of HuggingFace's tokenizers library, with the configuration files beside
// it. Equal to the library 0.23 in ids, pieces, offsets and decoded text; its parts are in
// tokenizer_json/. What a file holds and no part understands is refused by its path.
#include "harness/data/tokenizer_json.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/base/utf8.h"
#include "harness/data/tokenizer.h"
#include "harness/data/tokenizer_json/added_tokens.h"
#include "harness/data/tokenizer_json/configuration.h"
#include "harness/data/tokenizer_json/decoders.h"
#include "harness/data/tokenizer_json/model.h"
#include "harness/data/tokenizer_json/normalizers.h"
#include "harness/data/tokenizer_json/post_processors.h"
#include "harness/data/tokenizer_json/pre_tokenizers.h"

namespace plumbline::data {
namespace {

using namespace tokenizer_json;

constexpr const char* kFileName = "tokenizer.json";

Json ParseFile(const std::filesystem::path& file, const std::string& bytes) {
  try {
    return ParseJson(bytes, Quoted(file.string()));
  } catch (const Error& error) {
    throw Error(ErrorKind::kModel, error.what());
  }
}

// transformers' clean_up_tokenization.
void CleanUp(std::string& text) {
  constexpr std::pair<std::string_view, std::string_view> kRules[] = {
      {" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
      {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
  };
  for (const auto& [old, replacement] : kRules) {
    std::string result;
    size_t begin = 0;
    for (size_t at = text.find(old); at != text.npos; at = text.find(old, begin)) {
      result.append(text, begin, at - begin).append(replacement);
      begin = at + old.size();
    }
    text = result.append(text, begin);
  }
}

class JsonTokenizer final : public Tokenizer {
 public:
  JsonTokenizer(const Json& document, std::string_view source, const std::filesystem::path& file) {
    const JsonNode root(document, file.string(), "$");
    root.AllowOnly({"version", "truncation", "padding", "added_tokens", "normalizer",
                    "pre_tokenizer", "post_processor", "decoder", "model"});
    if (root.At("version").Text() != "1.0") {
      root.At("version").Refuse(Quoted(root.At("version").Text()), "'1.0'");
    }
    model_ = ReadModel(root.At("model"));
    if (const auto node = root.Find("normalizer")) normalizer_ = ReadNormalizer(*node);
    if (const auto node = root.Find("pre_tokenizer")) pre_tokenizer_ = ReadPreTokenizer(*node);
    if (const auto node = root.Find("post_processor")) post_processor_ = ReadPostProcessor(*node);
    if (const auto node = root.Find("decoder")) decoder_ = ReadDecoder(*node);
    ReadTokens(root, file.parent_path());
    FindSurroundings();
    if (const auto node = root.Find("truncation")) {
      truncate_ = ReadTruncation(*node, prefix_.size() + suffix_.size());
    }
    if (const auto node = root.Find("padding")) pad_ = ReadPadding(*node);
    digest_ = Digest(source);
  }

  // As the library's encode, truncation and padding entries of the file included.
  Encoding Encode(std::string_view text) const override {
    Encoding encoding = Tokenized(text);
    if (truncate_) truncate_(encoding);
    if (post_processor_) post_processor_(text, /*with_special=*/true, encoding);
    if (pad_) pad_(encoding);
    return encoding;
  }

  // Whole: the callers cut to their own lengths.
  Encoding EncodePlain(std::string_view text) const override {
    Encoding encoding = Tokenized(text);
    if (post_processor_) post_processor_(text, /*with_special=*/false, encoding);
    return encoding;
  }

  std::string Decode(std::span<const int64_t> ids, bool skip_special_tokens) const override {
    std::vector<std::string> pieces;
    for (const int64_t id : ids) {
      const std::string* added = added_.DecodedForm(id);
      const std::string& piece = added != nullptr ? *added : Piece(id);
      if (!skip_special_tokens || !added_.IsSpecial(piece)) pieces.push_back(piece);
    }
    if (decoder_) decoder_(pieces);
    std::string text;
    for (const std::string& piece : pieces) {
      if (!decoder_ && !text.empty()) text += ' ';
      text += piece;
    }
    if (configuration_.cleans_up) CleanUp(text);
    return text;
  }

  int64_t vocab_size() const override {
    return std::max(model_->vocabulary().end(), added_.end());
  }

  const std::string& Piece(int64_t id) const override {
    if (const AddedToken* added = added_.Find(id)) return added->content;
    if (const std::string* piece = model_->vocabulary().Piece(id)) return *piece;
    Fail(ErrorKind::kData, "reading token ids", "the id " + std::to_string(id),
         "0 to " + std::to_string(vocab_size() - 1) + ", without the ids that have no piece",
         "the tokenizer of the model that made them");
  }

  std::optional<int64_t> IdOf(std::string_view piece) const override {
    if (const auto id = added_.IdOf(std::string(piece))) return id;
    return model_->vocabulary().IdOf(piece);
  }

  const SpecialIds& special_ids() const override { return configuration_.special_ids; }
  bool IsSpecial(int64_t id) const override {
    const AddedToken* added = added_.Find(id);
    return added != nullptr ? added->special : (Piece(id), false);
  }
  std::span<const int64_t> prefix_ids() const override { return prefix_; }
  std::span<const int64_t> suffix_ids() const override { return suffix_; }
  const std::string& digest() const override { return digest_; }

 private:
  void ReadTokens(const JsonNode& root, const std::filesystem::path& directory) {
    const auto listed = root.Find("added_tokens");
    if (listed) {
      for (const JsonNode& node : listed->Elements()) {
        added_.Add(node, ReadAddedToken(node), node.At("id").Count(), *model_);
      }
    }
    configuration_ = ReadConfiguration(directory, *model_, added_);
    added_.Finish(normalizer_, listed.value_or(root));
  }

  // What the post-processor puts around a text, seen on one of a single token.
  void FindSurroundings() {
    constexpr int64_t kText = -1;
    Encoding encoding{{kText}, {""}, {{0, 0}}};
    if (post_processor_) post_processor_("", /*with_special=*/true, encoding);
    const auto text = std::find(encoding.ids.begin(), encoding.ids.end(), kText);
    prefix_.assign(encoding.ids.begin(), text);
    suffix_.assign(text + 1, encoding.ids.end());
    for (const int64_t id : encoding.ids) {
      if (id != kText && (id < 0 || id >= vocab_size())) {
        Fail(ErrorKind::kModel, "reading $.post_processor of a tokenizer",
             "the id " + std::to_string(id), "ids below " + std::to_string(vocab_size()),
             "files of one checkpoint");
      }
    }
  }

  Encoding Tokenized(std::string_view text) const {
    if (const auto broken = FirstInvalidUtf8(text)) {
      Fail(ErrorKind::kData, "tokenizing a text",
           "a broken UTF-8 sequence at byte " + std::to_string(*broken), "UTF-8",
           "converting the text to UTF-8");
    }
    Encoding encoding;
    std::vector<AlignedText> pieces;
    for (Section& section : added_.Extract(text, normalizer_)) {
      if (section.id) {
        const std::string& shown = section.text.text();
        encoding.ids.push_back(*section.id);
        encoding.pieces.push_back(shown);
        encoding.offsets.push_back(section.text.OriginalOf(0, shown.size()));
        continue;
      }
      pieces.clear();
      if (pre_tokenizer_) {
        pre_tokenizer_(std::move(section.text), pieces);
      } else {
        pieces.push_back(std::move(section.text));
      }
      for (const AlignedText& piece : pieces) AppendTokens(piece, encoding);
    }
    return encoding;
  }

  void AppendTokens(const AlignedText& piece, Encoding& encoding) const {
    std::vector<Token> tokens;
    model_->Tokenize(piece.text(), tokens);
    for (const Token& token : tokens) {
      encoding.ids.push_back(token.id);
      encoding.pieces.push_back(token.shows_text
                                    ? piece.text().substr(token.begin, token.end - token.begin)
                                    : *model_->vocabulary().Piece(token.id));
      encoding.offsets.push_back(piece.OriginalOf(token.begin, token.end));
    }
  }

  std::string Digest(std::string_view source) const {
    Sha256 digest;
    digest.Update(source);
    const auto add = [&](int64_t value) { digest.Update(std::to_string(value) + ","); };
    const SpecialIds& ids = special_ids();
    for (const auto& id : {ids.bos, ids.eos, ids.unk, ids.pad, ids.mask}) add(id.value_or(-1));
    for (const int64_t id : prefix_) add(id);
    digest.Update(";");
    for (const int64_t id : suffix_) add(id);
    for (int64_t id = 0; id < vocab_size(); ++id) {
      const AddedToken* token = added_.Find(id);
      if (token == nullptr) continue;
      add(id);
      digest.Update(token->content);
      for (const bool flag : {token->single_word, token->lstrip, token->rstrip, token->normalized,
                              token->special, configuration_.cleans_up}) {
        add(flag);
      }
    }
    return digest.HexDigest();
  }

  std::unique_ptr<Model> model_;
  AddedTokens added_;
  Normalizer normalizer_;
  PreTokenizer pre_tokenizer_;
  PostProcessor post_processor_;
  Decoder decoder_;
  LengthRule truncate_, pad_;
  Configuration configuration_;
  std::vector<int64_t> prefix_, suffix_;
  std::string digest_;
};

}  // namespace

std::optional<std::filesystem::path> FindJson(const std::filesystem::path& path) {
  if (std::filesystem::is_regular_file(path) && path.extension() == ".json") return path;
  if (std::filesystem::is_regular_file(path / kFileName)) return path / kFileName;
  return std::nullopt;
}

std::unique_ptr<Tokenizer> LoadJson(const std::filesystem::path& file) {
  const std::string bytes = ReadFile(file);
  return TokenizerOf(ParseFile(file, bytes), bytes, file);
}

std::unique_ptr<Tokenizer> TokenizerOf(const Json& document, std::string_view source,
                                       const std::filesystem::path& file) {
  return std::make_unique<JsonTokenizer>(document, source, file);
}

}  // namespace plumbline::data
