#include "harness/data/train_byte_level.h"

#include <algorithm>
#include <numeric>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/data/dataset.h"
#include "harness/data/tokenizer_json/byte_letters.h"
#include "harness/data/tokenizer_json/pre_tokenizers.h"
#include "harness/data/train_bpe.h"
#include "harness/data/train_tokenizer.h"

namespace plumbline::data {
namespace {

using tokenizer_json::AlignedText;
using tokenizer_json::JsonNode;

constexpr const char* kWordsOfLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kWordsOfQwen3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

// The words around every dialogue in a chat: without them in the text they would cost a token a byte.
constexpr const char* kChatWords[] = {
    "system\n\nCutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n",
    "user\n", "assistant\n", "\n\n"};
constexpr int kChatWordsRepeated = 1000;  // about as common as a frequent word of the dialogues

struct Family {
  std::vector<std::string> special;  // ids from 0, in this order
  std::string bos, eos, pad;         // of `special`; empty: none
  const char* words = nullptr;
  bool is_nfc = false;
  bool ignores_merges = false;
};

Family FamilyOf(ByteLevelLayout layout) {
  if (layout == ByteLevelLayout::kLlama3) {
    return {{"<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
             "<|eot_id|>", "<|finetune_right_pad_id|>"},
            "<|begin_of_text|>", "<|eot_id|>", "<|finetune_right_pad_id|>", kWordsOfLlama3, false, true};
  }
  return {{"<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"},
          "", "<|im_end|>", "<|endoftext|>", kWordsOfQwen3, true, false};
}

Json PreTokenizerJson(const Family& family) {
  const Json byte_level = {{"type", "ByteLevel"},
                           {"add_prefix_space", false},
                           {"trim_offsets", false},
                           {"use_regex", false}};
  const Json split = {{"type", "Split"},
                      {"pattern", {{"Regex", family.words}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  return {{"type", "Sequence"}, {"pretokenizers", {split, byte_level}}};
}

// Stretches of `text` between the symbols that have ids of their own.
std::vector<std::string> WithoutSymbols(std::string_view text) {
  std::vector<std::string> stretches;
  while (!text.empty()) {
    size_t begin = text.size(), end = text.size();
    for (const std::string_view symbol : DialogueSymbols()) {
      const size_t at = text.find(symbol);
      if (at < begin) begin = at, end = at + symbol.size();
    }
    if (begin > 0) stretches.emplace_back(text.substr(0, begin));
    text.remove_prefix(end);
  }
  return stretches;
}

WordCounts CountWords(std::span<const std::string> texts, const Json& pre_tokenizer_json) {
  const auto pre_tokenize =
      tokenizer_json::ReadPreTokenizer(JsonNode(pre_tokenizer_json, "the recipe", "$"));
  WordCounts counts;
  for (const std::string& text : texts) {
    for (const std::string& stretch : WithoutSymbols(text)) {
      std::vector<AlignedText> words;
      pre_tokenize(AlignedText(stretch), words);
      for (const AlignedText& word : words) ++counts[*tokenizer_json::BytesOfLetters(word.text())];
    }
  }
  return counts;
}

std::string Utf8Of(char32_t letter) {  // letters of bytes lie below U+0800
  if (letter < 0x80) return std::string(1, static_cast<char>(letter));
  return {static_cast<char>(0xC0 | (letter >> 6)), static_cast<char>(0x80 | (letter & 0x3F))};
}

std::string Letters(std::string_view bytes) {
  std::string letters;
  for (const char byte : bytes) {
    letters += Utf8Of(tokenizer_json::LetterOfByte(static_cast<unsigned char>(byte)));
  }
  return letters;
}

std::vector<uint8_t> AlphabetInLetterOrder() {
  std::vector<uint8_t> bytes(256);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  std::sort(bytes.begin(), bytes.end(), [](uint8_t a, uint8_t b) {
    return tokenizer_json::LetterOfByte(a) < tokenizer_json::LetterOfByte(b);
  });
  return bytes;
}

Json AddedToken(int64_t id, const std::string& content, bool special) {
  return {{"id", id},           {"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false},    {"normalized", false}, {"special", special}};
}

Json PostProcessorJson(const Family& family) {
  const Json byte_level = {{"type", "ByteLevel"},
                           {"add_prefix_space", true},
                           {"trim_offsets", false},
                           {"use_regex", true}};
  if (family.bos.empty()) return byte_level;
  const Json bos = {{"SpecialToken", {{"id", family.bos}, {"type_id", 0}}}};
  const auto sequence = [](const char* name, int type) -> Json {
    return {{"Sequence", {{"id", name}, {"type_id", type}}}};
  };
  Json second_bos = bos;
  second_bos["SpecialToken"]["type_id"] = 1;
  const Json processor = {
      {"type", "TemplateProcessing"},
      {"single", {bos, sequence("A", 0)}},
      {"pair", {bos, sequence("A", 0), second_bos, sequence("B", 1)}},
      {"special_tokens",
       {{family.bos, {{"id", family.bos}, {"ids", {0}}, {"tokens", {family.bos}}}}}}};
  return {{"type", "Sequence"}, {"processors", {byte_level, processor}}};
}

struct Pieces {
  Json vocabulary = Json::object();
  Json added = Json::array();
  int64_t size = 0;

  void Add(const std::string& piece) { vocabulary[piece] = size++; }
  void AddWhole(const std::string& piece, bool special) {
    added.push_back(AddedToken(size, piece, special));
    Add(piece);
  }
};

Json ModelJson(const Family& family, const Json& vocabulary, const Json& merges) {
  return {{"type", "BPE"},
          {"dropout", nullptr},
          {"unk_token", nullptr},
          {"continuing_subword_prefix", nullptr},
          {"end_of_word_suffix", nullptr},
          {"fuse_unk", false},
          {"byte_fallback", false},
          {"ignore_merges", family.ignores_merges},
          {"vocab", vocabulary},
          {"merges", merges}};
}

}  // namespace

Json TrainByteLevel(std::span<const std::string> texts, int64_t vocab_size, ByteLevelLayout layout) {
  const Family family = FamilyOf(layout);
  Pieces pieces;
  for (const std::string& token : family.special) pieces.AddWhole(token, token[1] == '|');
  for (const char* symbol : DialogueSymbols()) pieces.AddWhole(symbol, false);
  const int64_t first_byte = pieces.size;
  const Json pre_tokenizer = PreTokenizerJson(family);
  const BpeVocabulary learned =
      TrainBpe(CountWords(texts, pre_tokenizer), AlphabetInLetterOrder(), vocab_size - first_byte);
  for (const std::string& piece : learned.pieces) pieces.Add(Letters(piece));
  if (pieces.size < vocab_size) {
    Fail(ErrorKind::kUsage, "training a byte-level tokenizer",
         "text that fills " + std::to_string(pieces.size) + " pieces",
         "text that fills " + std::to_string(vocab_size), "a smaller --vocab-size");
  }
  Json merges = Json::array();
  for (const auto& [left, right] : learned.merges) {
    merges.push_back({Letters(learned.pieces[static_cast<size_t>(left)]),
                      Letters(learned.pieces[static_cast<size_t>(right)])});
  }
  const Json decoder = {{"type", "ByteLevel"},
                        {"add_prefix_space", true},
                        {"trim_offsets", true},
                        {"use_regex", true}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", pieces.added},
          {"normalizer", family.is_nfc ? Json{{"type", "NFC"}} : Json()},
          {"pre_tokenizer", pre_tokenizer},
          {"post_processor", PostProcessorJson(family)},
          {"decoder", decoder},
          {"model", ModelJson(family, pieces.vocabulary, merges)}};
}

void TrainByteLevelTokenizer(const std::filesystem::path& data, const std::filesystem::path& directory,
                             int64_t vocab_size, ByteLevelLayout layout) {
  const Dataset dataset = LoadDataset(data, {});
  std::vector<std::string> texts;
  for (const Example& example : dataset.examples) {
    texts.push_back(example.dialogue);
    texts.insert(texts.end(), example.summary.begin(), example.summary.end());
  }
  for (const char* words : kChatWords) texts.insert(texts.end(), kChatWordsRepeated, words);
  const std::string tokenizer = TrainByteLevel(texts, vocab_size, layout).dump(1) + "\n";
  const Family family = FamilyOf(layout);
  Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                 {"clean_up_tokenization_spaces", false},
                 {"eos_token", family.eos},
                 {"pad_token", family.pad}};
  if (!family.bos.empty()) config["bos_token"] = family.bos;
  const Json provenance = {{"data", data.filename().string()},
                           {"data_sha256", dataset.sha256},
                           {"num_records", dataset.num_rows},
                           {"tokenizer_sha256", Sha256Hex(tokenizer)},
                           {"vocab_size", vocab_size}};
  MakeDirectories(directory);
  WriteFileAtomic(directory / "tokenizer.json", tokenizer);
  WriteJsonFile(directory / "tokenizer_config.json", config);
  WriteJsonFile(directory / "tokenizer_training.json", provenance);
}

}  // namespace plumbline::data
