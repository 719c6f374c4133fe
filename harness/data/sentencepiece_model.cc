#include "harness/data/sentencepiece_model.h"

#include <cstdint>
#include <cstring>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/utf8.h"

namespace plumbline::data {
namespace {

// Field numbers of sentencepiece_model.proto.
constexpr uint64_t kPieces = 1, kNormalizerSpec = 3;
constexpr uint64_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr uint64_t kCharsmap = 2;

// One field of a message: a number or bytes.
struct Field {
  uint64_t number = 0;
  uint64_t value = 0;
  std::string_view bytes;
};

class Message {
 public:
  Message(std::string_view bytes, const std::filesystem::path& file) : rest_(bytes), file_(file) {}

  std::optional<Field> Next() {
    if (rest_.empty()) return std::nullopt;
    const uint64_t tag = Varint();
    Field field{tag >> 3, 0, {}};
    switch (tag & 7) {
      case 0:
        field.value = Varint();
        break;
      case 1:
        field.bytes = Take(sizeof(uint64_t));
        break;
      case 2:
        field.bytes = Take(Varint());
        break;
      case 5:
        field.bytes = Take(sizeof(uint32_t));
        break;
      default:
        FailBroken();
    }
    return field;
  }

  [[noreturn]] void FailBroken() const {
    Fail(ErrorKind::kModel, "loading " + Quoted(file_.string()), "bytes of another kind",
         "a SentencePiece model", "the file again from its source");
  }

 private:
  std::string_view Take(uint64_t size) {
    if (size > rest_.size()) FailBroken();
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  uint64_t Varint() {
    constexpr int kMostBits = 64;
    uint64_t value = 0;
    for (int shift = 0; shift < kMostBits; shift += 7) {
      const auto byte = static_cast<unsigned char>(Take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    FailBroken();
  }

  std::string_view rest_;
  const std::filesystem::path& file_;
};

SentencePieceModel::Piece ParsePiece(std::string_view bytes, const std::filesystem::path& file) {
  SentencePieceModel::Piece piece;
  Message message(bytes, file);
  while (const auto field = message.Next()) {
    if (field->number == kPieceText) piece.text = field->bytes;
    if (field->number == kPieceScore) {
      if (field->bytes.size() != sizeof(float)) message.FailBroken();
      std::memcpy(&piece.score, field->bytes.data(), sizeof(float));
    }
    if (field->number == kPieceType) piece.type = static_cast<int>(field->value);
  }
  if (FirstInvalidUtf8(piece.text)) message.FailBroken();
  return piece;
}

std::string ParseCharsmap(std::string_view bytes, const std::filesystem::path& file) {
  std::string charsmap;
  Message message(bytes, file);
  while (const auto field = message.Next()) {
    if (field->number == kCharsmap) charsmap = field->bytes;
  }
  return charsmap;
}

}  // namespace

SentencePieceModel ParseSentencePieceModel(std::string_view bytes,
                                           const std::filesystem::path& file) {
  SentencePieceModel model;
  Message message(bytes, file);
  while (const auto field = message.Next()) {
    if (field->number == kPieces) model.pieces.push_back(ParsePiece(field->bytes, file));
    if (field->number == kNormalizerSpec) model.charsmap = ParseCharsmap(field->bytes, file);
  }
  if (model.pieces.empty()) message.FailBroken();
  return model;
}

}  // namespace plumbline::data
