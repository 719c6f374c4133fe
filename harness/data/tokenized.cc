#include "harness/data/tokenized.h"

#include <utility>

#include "harness/base/error.h"

namespace plumbline::data {
namespace {

int64_t RoomFor(int64_t max_length, size_t num_special, std::string_view key) {
  const int64_t room = max_length - static_cast<int64_t>(num_special);
  if (room >= 1) return room;
  Fail(ErrorKind::kUsage, key, std::to_string(max_length),
       "at least " + std::to_string(num_special + 1) + ": the special tokens and one of the text",
       "a larger limit");
}

struct Ids {
  std::vector<int64_t> ids;
  bool is_truncated = false;
};

Ids TextIds(const Tokenizer& tokenizer, std::string_view text, int64_t room) {
  Ids result{tokenizer.EncodePlain(text).ids, false};
  result.is_truncated = std::ssize(result.ids) > room;
  if (result.is_truncated) result.ids.resize(static_cast<size_t>(room));
  return result;
}

Ids SourceIds(const Tokenizer& tokenizer, std::string_view text, int64_t max_length) {
  const auto prefix = tokenizer.prefix_ids();
  const auto suffix = tokenizer.suffix_ids();
  const int64_t room = RoomFor(max_length, prefix.size() + suffix.size(), "data.max_source_length");
  Ids source = TextIds(tokenizer, text, room);
  source.ids.insert(source.ids.begin(), prefix.begin(), prefix.end());
  source.ids.insert(source.ids.end(), suffix.begin(), suffix.end());
  return source;
}

Ids TargetIds(const Tokenizer& tokenizer, std::string_view text, int64_t max_length) {
  const auto eos = tokenizer.special_ids().eos;
  if (!eos) {
    Fail(ErrorKind::kModel, "tokenizing a target", "a tokenizer without an EOS token",
         "one: a target without it never teaches a model to stop",
         "naming it in tokenizer_config.json");
  }
  Ids target = TextIds(tokenizer, text, RoomFor(max_length, 1, "data.max_target_length"));
  target.ids.push_back(*eos);
  return target;
}

void RequireFits(const std::vector<int64_t>& ids, int64_t limit, const std::string& key,
                 const Example& example) {
  if (std::ssize(ids) <= limit) return;
  Fail(ErrorKind::kData, "row " + Quoted(example.fname) + ", line " + std::to_string(example.line),
       std::to_string(ids.size()) + " token ids",
       "at most " + std::to_string(limit) + " (" + key + ")",
       "a larger limit, or cutting the row yourself");
}

TokenizedRow IdRow(const Example& example, LengthLimits limits) {
  RequireFits(example.input_ids, limits.max_source_length, "data.max_source_length", example);
  RequireFits(example.labels, limits.max_target_length, "data.max_target_length", example);
  return {example.fname, example.input_ids, example.labels, example.row};
}

void AddText(const Example& example, const Tokenizer& tokenizer, LengthLimits limits,
             TokenizedRows& result) {
  Ids source = SourceIds(tokenizer, example.dialogue, limits.max_source_length);
  if (source.ids.empty()) {
    Fail(ErrorKind::kData,
         "row " + Quoted(example.fname) + ", line " + std::to_string(example.line),
         "a dialogue without a single token", "text that the tokenizer keeps",
         "leaving out the row");
  }
  result.num_truncated_sources += source.is_truncated;
  TokenizedRow row{example.fname, std::move(source.ids), {}, example.row};
  if (!example.summary.empty()) {
    Ids target = TargetIds(tokenizer, example.summary[0], limits.max_target_length);
    result.num_truncated_targets += target.is_truncated;
    row.labels = std::move(target.ids);
  }
  result.rows.push_back(std::move(row));
}

void AddPrompted(const Example& example, const Prompt& prompt, LengthLimits limits,
                 TokenizedRows& result) {
  Prompt::Ids source = prompt.SourceIds(example, limits.max_source_length);
  result.num_truncated_sources += source.is_truncated;
  TokenizedRow row{example.fname, std::move(source.ids), {}, example.row};
  if (!example.summary.empty()) {
    Prompt::Ids target = prompt.TargetIds(example.summary[0], limits.max_target_length);
    result.num_truncated_targets += target.is_truncated;
    row.labels = std::move(target.ids);
  }
  result.rows.push_back(std::move(row));
}

}  // namespace

int64_t RowLength(const TokenizedRow& row, bool joined) {
  return static_cast<int64_t>(row.input_ids.size() + (joined ? row.labels.size() : 0));
}

std::vector<int64_t> EncodeSource(const Tokenizer& tokenizer, std::string_view text,
                                  int64_t max_length) {
  return SourceIds(tokenizer, text, max_length).ids;
}

std::vector<int64_t> EncodeTarget(const Tokenizer& tokenizer, std::string_view text,
                                  int64_t max_length) {
  return TargetIds(tokenizer, text, max_length).ids;
}

TokenizedRows TokenizeExamples(std::span<const Example> examples, const Tokenizer* tokenizer,
                               LengthLimits limits, const Prompt* prompt) {
  TokenizedRows result;
  result.rows.reserve(examples.size());
  for (const Example& example : examples) {
    if (example.is_tokenized) {
      result.rows.push_back(IdRow(example, limits));
    } else if (prompt != nullptr) {
      AddPrompted(example, *prompt, limits, result);
    } else if (tokenizer != nullptr) {
      AddText(example, *tokenizer, limits, result);
    } else {
      Fail(ErrorKind::kUsage,
           "row " + Quoted(example.fname) + ", line " + std::to_string(example.line),
           "text, and a model without a tokenizer", "token ids, or a tokenizer",
           "tokenizer.path=DIR");
    }
  }
  return result;
}

}  // namespace plumbline::data
