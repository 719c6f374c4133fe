// The fields of a SentencePiece model file (a protocol buffer) that the sentencepiece library keeps
// to itself. Called by the kinds of tokenizer.
#ifndef PLUMBLINE_HARNESS_DATA_SENTENCEPIECE_MODEL_H_
#define PLUMBLINE_HARNESS_DATA_SENTENCEPIECE_MODEL_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::data {

struct SentencePieceModel {
  // Numbers of sentencepiece_model.proto.
  enum Type { kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kUnused = 5, kByte = 6 };
  struct Piece {
    std::string text;
    float score = 0;
    int type = kNormal;
  };
  std::vector<Piece> pieces;  // by id
  std::string charsmap;       // precompiled; empty when the model normalizes nothing
};

// Errors: kModel (naming `file`) when `bytes` are no such model.
SentencePieceModel ParseSentencePieceModel(std::string_view bytes,
                                           const std::filesystem::path& file);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_SENTENCEPIECE_MODEL_H_
