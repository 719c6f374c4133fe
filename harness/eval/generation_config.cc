#include "harness/eval/generation_config.h"

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/number.h"

namespace plumbline::eval {
namespace {

void Require(bool holds, std::string_view key, const std::string& found, std::string_view wanted,
             std::string_view hint) {
  if (holds) return;
  Fail(ErrorKind::kUsage, "generation config: " + Quoted("generation." + std::string(key)), found,
       wanted, hint);
}

void RequireAtLeast(std::string_view key, int64_t value, int64_t least) {
  Require(value >= least, key, std::to_string(value), std::to_string(least) + " or more",
          "another value, or leave the key out");
}

void RequireToken(std::string_view key, int64_t id, const ModelLimits& limits) {
  Require(id >= 0 && id < limits.vocab_size, key, std::to_string(id),
          "an id from 0 to " + std::to_string(limits.vocab_size - 1),
          "the ids in the checkpoint's generation_config.json");
}

void RequireTokens(std::string_view key, const std::vector<int64_t>& ids,
                   const ModelLimits& limits) {
  for (size_t i = 0; i < ids.size(); ++i) {
    RequireToken(key, ids[i], limits);
    Require(std::find(ids.begin(), ids.begin() + i, ids[i]) == ids.begin() + i, key,
            "id " + std::to_string(ids[i]) + " twice", "distinct ids", "naming each id once");
  }
}

void ValidateCounts(const GenerationConfig& config) {
  RequireAtLeast("num_beams", config.num_beams, 1);
  RequireAtLeast("num_return_sequences", config.num_return_sequences, 1);
  RequireAtLeast("no_repeat_ngram_size", config.no_repeat_ngram_size, 0);
  RequireAtLeast("min_length", config.min_length, 0);
  if (config.max_new_tokens) RequireAtLeast("max_new_tokens", *config.max_new_tokens, 1);
  if (config.max_length) RequireAtLeast("max_length", *config.max_length, 1);
  if (config.min_new_tokens) RequireAtLeast("min_new_tokens", *config.min_new_tokens, 0);
  Require(config.do_sample || config.num_return_sequences <= config.num_beams,
          "num_return_sequences", std::to_string(config.num_return_sequences),
          "at most num_beams = " + std::to_string(config.num_beams), "more beams, or sampling");
}

void ValidateSampling(const GenerationConfig& config) {
  if (!config.do_sample) return;
  Require(config.num_beams == 1, "num_beams", std::to_string(config.num_beams) + " with do_sample",
          "1: sampling within a beam search is not built", "do_sample=false, or num_beams=1");
  Require(std::isfinite(config.temperature) && config.temperature > 0, "temperature",
          ShortestDecimal(config.temperature), "a finite number above 0",
          "do_sample=false for the likeliest token");
  Require(config.top_p > 0 && config.top_p <= 1, "top_p", ShortestDecimal(config.top_p),
          "above 0, at most 1", "1, which switches it off");
  RequireAtLeast("top_k", config.top_k, 0);
}

void ValidatePenalties(const GenerationConfig& config) {
  Require(std::isfinite(config.length_penalty), "length_penalty",
          ShortestDecimal(config.length_penalty), "a finite number", "1.0, which is neutral");
  Require(std::isfinite(config.repetition_penalty) && config.repetition_penalty > 0,
          "repetition_penalty", ShortestDecimal(config.repetition_penalty),
          "a finite number above 0", "1.0, which switches it off");
}

void ValidateTokens(const GenerationConfig& config, const ModelLimits& limits) {
  RequireTokens("eos_token_id", config.eos_token_id, limits);
  RequireTokens("forced_eos_token_id", config.forced_eos_token_id, limits);
  if (config.forced_bos_token_id) {
    RequireToken("forced_bos_token_id", *config.forced_bos_token_id, limits);
  }
  if (limits.is_encoder_decoder) {
    RequireToken("decoder_start_token_id", DecoderStartToken(config), limits);
  }
  // K candidates an item are taken from num_beams x vocabulary (see the generator): they must
  // exist.
  const int64_t num_eos = static_cast<int64_t>(config.eos_token_id.size());
  Require(limits.vocab_size >= std::max<int64_t>(2, 1 + num_eos), "eos_token_id",
          std::to_string(num_eos) + " ids", "fewer ids than the vocabulary has", "fewer eos ids");
}

}  // namespace

void Validate(const GenerationConfig& config, const ModelLimits& limits) {
  ValidateCounts(config);
  ValidatePenalties(config);
  ValidateSampling(config);
  ValidateTokens(config, limits);
  if (config.max_new_tokens && config.min_new_tokens) {
    Require(*config.min_new_tokens <= *config.max_new_tokens, "min_new_tokens",
            std::to_string(*config.min_new_tokens),
            "at most max_new_tokens = " + std::to_string(*config.max_new_tokens),
            "a smaller minimum or a larger maximum");
  }
  if (limits.is_encoder_decoder) LengthsOf(config, limits, 1);
}

SequenceLengths LengthsOf(const GenerationConfig& config, const ModelLimits& limits,
                          int64_t prefix_length) {
  SequenceLengths lengths;
  lengths.prefix = prefix_length;
  if (config.max_new_tokens) {
    lengths.max = prefix_length + *config.max_new_tokens;
  } else if (config.max_length) {
    lengths.max = *config.max_length;
  } else {
    lengths.max = prefix_length + kDefaultNewTokens;
    if (limits.max_position_embeddings) {
      lengths.max = std::min(lengths.max, *limits.max_position_embeddings);
    }
  }
  lengths.min = config.min_new_tokens ? prefix_length + *config.min_new_tokens : config.min_length;
  Require(lengths.max > prefix_length, "max_length", std::to_string(lengths.max),
          "more than the " + std::to_string(prefix_length) + " tokens that are given",
          "a larger max_length, or max_new_tokens");
  Require(lengths.min <= lengths.max, config.min_new_tokens ? "min_new_tokens" : "min_length",
          std::to_string(lengths.min) + " tokens in all",
          "at most the maximum of " + std::to_string(lengths.max),
          "a smaller minimum or a larger maximum");
  // The last token is never fed back, so one more token than positions can exist.
  const bool is_bounded = limits.has_position_table && limits.max_position_embeddings;
  Require(!is_bounded || lengths.max - 1 <= *limits.max_position_embeddings,
          config.max_new_tokens ? "max_new_tokens" : "max_length",
          std::to_string(lengths.max) + " tokens in all",
          "at most max_position_embeddings + 1 = " +
              std::to_string(limits.max_position_embeddings.value_or(0) + 1),
          "a smaller maximum");
  return lengths;
}

int64_t DecoderStartToken(const GenerationConfig& config) {
  if (config.decoder_start_token_id) return *config.decoder_start_token_id;
  Require(config.bos_token_id.has_value(), "decoder_start_token_id", "nothing",
          "an id, for an encoder-decoder model", "the id in the checkpoint's config.json");
  return *config.bos_token_id;
}

EarlyStopping ParseEarlyStopping(std::string_view text) {
  if (text == "true") return EarlyStopping::kTrue;
  if (text == "false") return EarlyStopping::kFalse;
  Require(text == "never", "early_stopping", Quoted(text), "true, false or never", "false");
  return EarlyStopping::kNever;
}

std::string ToString(EarlyStopping value) {
  if (value == EarlyStopping::kTrue) return "true";
  return value == EarlyStopping::kFalse ? "false" : "never";
}

}  // namespace plumbline::eval
