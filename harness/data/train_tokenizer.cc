#include "harness/data/train_tokenizer.h"

#include <sentencepiece_trainer.h>

#include <string_view>
#include <unordered_map>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "harness/data/dataset.h"

namespace plumbline::data {
namespace {

constexpr const char* kSymbols[] = {
    "#Person1#",        "#Person2#", "#Person3#",     "#Person4#",   "#Person5#",
    "#Person6#",        "#Person7#", "#PhoneNumber#", "#Address#",   "#DateOfBirth#",
    "#PassportNumber#", "#SSN#",     "#CardNumber#",  "#CarNumber#", "#Email#"};

// Lines in file order; the library is not asked to open, sample or shuffle anything.
class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(std::span<const Example> examples) {
    for (const Example& example : examples) {
      AddLines(example.dialogue);
      for (const std::string& summary : example.summary) AddLines(summary);
    }
  }

  bool done() const override { return next_ == lines_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return lines_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  void AddLines(std::string_view text) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      if (end != 0) lines_.emplace_back(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }

  std::vector<std::string> lines_;
  size_t next_ = 0;
};

std::string JoinedSymbols() {
  std::string joined;
  for (const char* symbol : kSymbols) joined += (joined.empty() ? "" : ",") + std::string(symbol);
  return joined;
}

using Settings = std::unordered_map<std::string, std::string>;

Settings LayoutSettings(UnigramLayout layout) {
  if (layout == UnigramLayout::kT5) {
    return {{"pad_id", "0"}, {"eos_id", "1"}, {"unk_id", "2"}, {"bos_id", "-1"}};
  }
  return {{"bos_id", "0"},
          {"eos_id", "1"},
          {"pad_id", "3"},
          {"unk_id", "5"},
          {"control_symbols", "<usr>,<sys>,<mask>"}};  // take the free ids 2, 4 and 6
}

Settings SettingsOf(int64_t vocab_size, UnigramLayout layout) {
  Settings settings = LayoutSettings(layout);
  settings.merge(Settings{
          {"model_type", "unigram"},
          {"vocab_size", std::to_string(vocab_size)},
          {"hard_vocab_limit", "true"},
          {"character_coverage", "1.0"},
          {"byte_fallback", "true"},
          {"split_digits", "true"},
          {"normalization_rule_name", "nmt_nfkc"},
          {"num_threads", "1"},
          {"input_sentence_size", "0"},
          {"shuffle_input_sentence", "false"},
          {"max_sentence_length", "1048576"},  // bytes; a longer line would be left out in silence
          {"user_defined_symbols", JoinedSymbols()},
          {"minloglevel", "2"}});
  return settings;
}

Json SettingsJson(int64_t vocab_size, UnigramLayout layout) {
  Json json = Json::object();
  for (const auto& [key, value] : SettingsOf(vocab_size, layout)) json[key] = value;  // sorted keys
  return json;
}

Json TokenMap(UnigramLayout layout) {
  if (layout == UnigramLayout::kT5) {
    return {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}};
  }
  return {{"bos_token", "<s>"},
          {"eos_token", "</s>"},
          {"unk_token", "<unk>"},
          {"pad_token", "<pad>"},
          {"mask_token", "<mask>"}};
}

}  // namespace

std::span<const char* const> DialogueSymbols() { return kSymbols; }

std::string TrainUnigram(std::span<const Example> examples, int64_t vocab_size,
                         UnigramLayout layout) {
  Lines lines(examples);
  std::string model;
  const auto status =
      sentencepiece::SentencePieceTrainer::Train(SettingsOf(vocab_size, layout), &lines, &model);
  if (!status.ok()) {
    Fail(ErrorKind::kUsage, "training a tokenizer", status.ToString(),
         "text that fills a vocabulary of " + std::to_string(vocab_size), "another --vocab-size");
  }
  return model;
}

void TrainTokenizer(const std::filesystem::path& data, const std::filesystem::path& directory,
                    int64_t vocab_size, UnigramLayout layout) {
  const Dataset dataset = LoadDataset(data, {});
  const std::string model = TrainUnigram(dataset.examples, vocab_size, layout);
  const bool is_t5 = layout == UnigramLayout::kT5;
  Json config = TokenMap(layout);
  config["add_bos_token"] = false;
  config["add_eos_token"] = is_t5;
  if (is_t5) config.update({{"tokenizer_class", "T5Tokenizer"}, {"extra_ids", 0}});  // mT5 has none
  const Json provenance = {{"data", data.filename().string()},
                           {"data_sha256", dataset.sha256},
                           {"num_records", dataset.num_rows},
                           {"model_sha256", Sha256Hex(model)},
                           {"settings", SettingsJson(vocab_size, layout)}};
  MakeDirectories(directory);
  WriteFileAtomic(directory / "spiece.model", model);
  WriteJsonFile(directory / "tokenizer_config.json", config);
  WriteJsonFile(directory / "special_tokens_map.json", TokenMap(layout));
  WriteJsonFile(directory / "tokenizer_training.json", provenance);
}

}  // namespace plumbline::data
