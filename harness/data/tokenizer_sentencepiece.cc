// SentencePiece models (unigram or BPE) through the library, with the special ids of the
// HuggingFace files beside; T5 and Llama have readers of their own.
//
// Control symbols in raw text (a user who types `</s>`) stay text; user-defined symbols are cut out
// first. Offsets are the library's: a character that falls back to bytes belongs to the last of its
// byte pieces.
#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/base/utf8.h"
#include "harness/data/special_tokens.h"
#include "harness/data/tokenizer.h"
#include "harness/data/tokenizer_llama.h"
#include "harness/data/tokenizer_t5.h"

namespace plumbline::data {
namespace {

constexpr std::string_view kWordStart = "\xE2\x96\x81";    // U+2581
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::array kModelNames = {"spiece.model", "tokenizer.model"};

// Families whose ids are the model's own; others (XLM-R, mBART) shift them and would be read
// wrongly in silence. T5's and Llama's have readers of their own.
enum class Family { kPlain, kT5, kLlama };

Family FamilyOf(const std::string& tokenizer_class, const std::filesystem::path& file) {
  const std::string name = PlainClass(tokenizer_class);
  if (name.empty() || name == "PreTrainedTokenizer") return Family::kPlain;
  if (name == "T5Tokenizer" || name == "MT5Tokenizer") return Family::kT5;
  if (name == "LlamaTokenizer") return Family::kLlama;
  Fail(ErrorKind::kModel, "loading " + Quoted(file.string()),
       "tokenizer_class " + Quoted(tokenizer_class),
       "none, T5Tokenizer, MT5Tokenizer or LlamaTokenizer",
       "rows of token ids made with its own library");
}

void Require(const sentencepiece::util::Status& status, const std::string& what) {
  if (status.ok()) return;
  Fail(ErrorKind::kModel, what, status.ToString(), "a SentencePiece model",
       "the file again from its source");
}

// "<0x41>" is 'A'.
char ByteOfPiece(const std::string& piece) {
  return static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16));
}

void AppendReplacingBroken(std::string_view bytes, std::string& text) {
  while (!bytes.empty()) {
    const size_t size = CodePointAt(bytes, 0).num_bytes;
    text += size == 0 ? kReplacement : bytes.substr(0, size);
    bytes.remove_prefix(std::max<size_t>(size, 1));
  }
}

class SentencePieceTokenizer final : public Tokenizer {
 public:
  SentencePieceTokenizer(const std::string& model, const std::filesystem::path& file) {
    Require(processor_.LoadFromSerializedProto(model), "loading " + Quoted(file.string()));
    for (int64_t id = 0; id < vocab_size(); ++id) {
      is_special_.push_back(processor_.IsControl(static_cast<int>(id)) ||
                            processor_.IsUnknown(static_cast<int>(id)));
    }
    ReadSpecials(file);
    starts_words_ =
        !EncodePlain("a").pieces.empty() && EncodePlain("a").pieces[0].starts_with(kWordStart);
    digest_ = Digest(model);
  }

  Encoding Encode(std::string_view text) const override {
    Encoding encoding = EncodePlain(text);
    const auto add = [&](const std::vector<int64_t>& ids, auto place) {
      for (const int64_t id : ids) {
        encoding.ids.insert(place(encoding.ids), id);
        encoding.pieces.insert(place(encoding.pieces), Piece(id));
        encoding.offsets.insert(place(encoding.offsets), ByteSpan{});
      }
    };
    add({prefix_.rbegin(), prefix_.rend()}, [](auto& list) { return list.begin(); });
    add(suffix_, [](auto& list) { return list.end(); });
    return encoding;
  }

  Encoding EncodePlain(std::string_view text) const override {
    if (const auto broken = FirstInvalidUtf8(text)) {
      Fail(ErrorKind::kData, "tokenizing a text",
           "a broken UTF-8 sequence at byte " + std::to_string(*broken), "UTF-8",
           "converting the text to UTF-8");
    }
    sentencepiece::ImmutableSentencePieceText parsed;
    Require(processor_.Encode(text, parsed.mutable_proto()), "tokenizing a text");
    Encoding encoding;
    for (const auto& piece : parsed.pieces()) {
      encoding.ids.push_back(piece.id());
      encoding.pieces.push_back(Piece(piece.id()));
      encoding.offsets.push_back({piece.begin(), piece.end()});
    }
    return encoding;
  }

  std::string Decode(std::span<const int64_t> ids, bool skip_special_tokens) const override {
    std::string text;
    std::string bytes;  // a run of byte pieces, which make characters together
    for (const int64_t id : ids) {
      const std::string& piece = Piece(id);
      if (processor_.IsByte(static_cast<int>(id))) {
        bytes.push_back(ByteOfPiece(piece));
        continue;
      }
      AppendReplacingBroken(std::exchange(bytes, {}), text);
      if (IsSpecial(id)) {
        if (!skip_special_tokens) text += piece;
      } else {
        AppendPiece(piece, text);
      }
    }
    AppendReplacingBroken(bytes, text);
    return text;
  }

  int64_t vocab_size() const override { return processor_.GetPieceSize(); }

  const std::string& Piece(int64_t id) const override {
    if (id < 0 || id >= vocab_size()) {
      Fail(ErrorKind::kData, "reading token ids", "the id " + std::to_string(id),
           "0 to " + std::to_string(vocab_size() - 1), "the tokenizer of the model that made them");
    }
    return processor_.IdToPiece(static_cast<int>(id));
  }

  std::optional<int64_t> IdOf(std::string_view piece) const override {
    const int id = processor_.PieceToId(piece);  // the unknown id for an unknown piece
    if (id < 0 || processor_.IdToPiece(id) != piece) return std::nullopt;
    return id;
  }

  const SpecialIds& special_ids() const override { return special_ids_; }
  bool IsSpecial(int64_t id) const override {
    return Piece(id), is_special_[static_cast<size_t>(id)];
  }
  std::span<const int64_t> prefix_ids() const override { return prefix_; }
  std::span<const int64_t> suffix_ids() const override { return suffix_; }
  const std::string& digest() const override { return digest_; }

 private:
  // The word start at the very beginning is the library's, not the text's.
  void AppendPiece(std::string_view piece, std::string& text) const {
    if (text.empty() && starts_words_ && piece.starts_with(kWordStart))
      piece.remove_prefix(kWordStart.size());
    for (size_t at = piece.find(kWordStart); at != std::string_view::npos;
         at = piece.find(kWordStart)) {
      text.append(piece.substr(0, at)).push_back(' ');
      piece.remove_prefix(at + kWordStart.size());
    }
    text += piece;
  }

  void ReadSpecials(const std::filesystem::path& file) {
    const SpecialTokens tokens = ReadSpecialTokens(file.parent_path());
    const auto id_of = [&](const std::optional<std::string>& token,
                           int from_model) -> std::optional<int64_t> {
      if (!token) return from_model < 0 ? std::nullopt : std::optional<int64_t>(from_model);
      const auto id = IdOf(*token);
      if (!id) {
        Fail(ErrorKind::kModel, "loading " + Quoted(file.string()),
             "the special token " + Quoted(*token) +
                 " in the files beside it, but not in its vocabulary",
             "every special token in the vocabulary", "files of one checkpoint");
      }
      is_special_[static_cast<size_t>(*id)] = true;
      return id;
    };
    special_ids_.bos = id_of(tokens.bos, processor_.bos_id());
    special_ids_.eos = id_of(tokens.eos, processor_.eos_id());
    special_ids_.unk = id_of(tokens.unk, processor_.unk_id());
    special_ids_.pad = id_of(tokens.pad, processor_.pad_id());
    special_ids_.mask = id_of(tokens.mask, -1);
    if (tokens.add_bos.value_or(false))
      prefix_ = {Needed(special_ids_.bos, "BOS", file)};
    if (tokens.add_eos.value_or(false))
      suffix_ = {Needed(special_ids_.eos, "EOS", file)};
  }

  static int64_t Needed(std::optional<int64_t> id, const std::string& name,
                        const std::filesystem::path& file) {
    if (id) return *id;
    Fail(ErrorKind::kModel, "loading " + Quoted(file.string()), "no " + name + " token",
         "one, because texts get it", "naming it in tokenizer_config.json");
  }

  std::string Digest(std::string_view model) const {
    Sha256 digest;
    digest.Update(model);
    const auto add = [&](int64_t id) { digest.Update(std::to_string(id) + ","); };
    for (const auto& id : {special_ids_.bos, special_ids_.eos, special_ids_.unk, special_ids_.pad,
                           special_ids_.mask}) {
      add(id.value_or(-1));
    }
    for (const int64_t id : prefix_) add(id);
    digest.Update(";");
    for (const int64_t id : suffix_) add(id);
    return digest.HexDigest();
  }

  sentencepiece::SentencePieceProcessor processor_;
  std::vector<bool> is_special_;
  SpecialIds special_ids_;
  std::vector<int64_t> prefix_, suffix_;
  bool starts_words_ = false;
  std::string digest_;
};

}  // namespace

std::optional<std::filesystem::path> FindSentencePiece(const std::filesystem::path& path) {
  if (std::filesystem::is_regular_file(path) && path.extension() == ".model") return path;
  for (const char* name : kModelNames) {
    if (std::filesystem::is_regular_file(path / name)) return path / name;
  }
  return std::nullopt;
}

std::unique_ptr<Tokenizer> LoadSentencePiece(const std::filesystem::path& file) {
  const std::string model = ReadFile(file);
  const std::string name = ReadSpecialTokens(file.parent_path()).tokenizer_class;
  const Family family = FamilyOf(name, file);
  if (family == Family::kT5) return LoadT5(model, file);
  if (family == Family::kLlama) return LoadLlama(model, file);
  return std::make_unique<SentencePieceTokenizer>(model, file);
}

}  // namespace plumbline::data
