// generation_config.json as transformers writes it, read strictly: a key that would change the
// output and that we do not do is an error, never ignored.
#include <functional>
#include <map>

#include "harness/base/error.h"
#include "harness/eval/generation_config.h"

namespace plumbline::eval {
namespace {

struct Place {
  std::string_view where;
  const std::string& key;
};

[[noreturn]] void Refuse(const Place& place, const Json& found, std::string_view wanted,
                         std::string_view hint) {
  Fail(ErrorKind::kModel, Quoted(place.where) + ": key " + Quoted(place.key), found.dump(), wanted,
       hint);
}

int64_t ReadInt(const Place& place, const Json& value) {
  if (!value.is_number_integer()) Refuse(place, value, "an integer", "removing the key");
  return value.get<int64_t>();
}

double ReadNumber(const Place& place, const Json& value) {
  if (!value.is_number()) Refuse(place, value, "a number", "removing the key");
  return value.get<double>();
}

std::vector<int64_t> ReadIds(const Place& place, const Json& value) {
  if (!value.is_array()) return {ReadInt(place, value)};
  std::vector<int64_t> ids;
  for (const Json& id : value) ids.push_back(ReadInt(place, id));
  return ids;
}

EarlyStopping ReadEarlyStopping(const Place& place, const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? EarlyStopping::kTrue : EarlyStopping::kFalse;
  if (value != "never") Refuse(place, value, "true, false or \"never\"", "false");
  return EarlyStopping::kNever;
}

using Reader = std::function<void(GenerationConfig&, const Place&, const Json&)>;

Reader Int(int64_t GenerationConfig::*field) {
  return [field](GenerationConfig& config, const Place& place, const Json& value) {
    config.*field = ReadInt(place, value);
  };
}

Reader OptionalInt(std::optional<int64_t> GenerationConfig::*field) {
  return [field](GenerationConfig& config, const Place& place, const Json& value) {
    config.*field = ReadInt(place, value);
  };
}

Reader Number(double GenerationConfig::*field) {
  return [field](GenerationConfig& config, const Place& place, const Json& value) {
    config.*field = ReadNumber(place, value);
  };
}

Reader Ids(std::vector<int64_t> GenerationConfig::*field) {
  return [field](GenerationConfig& config, const Place& place, const Json& value) {
    config.*field = ReadIds(place, value);
  };
}

const std::map<std::string, Reader>& Readers() {
  using C = GenerationConfig;
  static const std::map<std::string, Reader> readers = {
      {"num_beams", Int(&C::num_beams)},
      {"max_new_tokens", OptionalInt(&C::max_new_tokens)},
      {"max_length", OptionalInt(&C::max_length)},
      {"min_new_tokens", OptionalInt(&C::min_new_tokens)},
      {"min_length", Int(&C::min_length)},
      {"length_penalty", Number(&C::length_penalty)},
      {"early_stopping",
       [](C& config, const Place& place, const Json& value) {
         config.early_stopping = ReadEarlyStopping(place, value);
       }},
      {"no_repeat_ngram_size", Int(&C::no_repeat_ngram_size)},
      {"repetition_penalty", Number(&C::repetition_penalty)},
      {"num_return_sequences", Int(&C::num_return_sequences)},
      {"do_sample",
       [](C& config, const Place& place, const Json& value) {
         if (!value.is_boolean()) Refuse(place, value, "true or false", "removing the key");
         config.do_sample = value.get<bool>();
       }},
      {"temperature", Number(&C::temperature)},
      {"top_k", Int(&C::top_k)},
      {"top_p", Number(&C::top_p)},
      {"decoder_start_token_id", OptionalInt(&C::decoder_start_token_id)},
      {"bos_token_id", OptionalInt(&C::bos_token_id)},
      {"pad_token_id", OptionalInt(&C::pad_token_id)},
      {"eos_token_id", Ids(&C::eos_token_id)},
      {"forced_bos_token_id", OptionalInt(&C::forced_bos_token_id)},
      {"forced_eos_token_id", Ids(&C::forced_eos_token_id)},
  };
  return readers;
}

// Keys of transformers 5.23 that change what is generated, beside the only value under which they
// do not.
const std::map<std::string, Json>& NeutralValues() {
  static const std::map<std::string, Json> values = {
      {"min_p", nullptr},
      {"typical_p", 1.0},
      {"top_h", nullptr},
      {"epsilon_cutoff", 0.0},
      {"eta_cutoff", 0.0},
      {"num_beam_groups", 1},
      {"diversity_penalty", 0.0},
      {"penalty_alpha", nullptr},
      {"dola_layers", nullptr},
      {"constraints", nullptr},
      {"force_words_ids", nullptr},
      {"stop_strings", nullptr},
      {"max_time", nullptr},
      {"encoder_repetition_penalty", 1.0},
      {"encoder_no_repeat_ngram_size", 0},
      {"bad_words_ids", nullptr},
      {"renormalize_logits", false},
      {"remove_invalid_values", false},
      {"exponential_decay_length_penalty", nullptr},
      {"suppress_tokens", nullptr},
      {"begin_suppress_tokens", nullptr},
      {"sequence_bias", nullptr},
      {"token_healing", false},
      {"guidance_scale", 1.0},
      {"watermarking_config", nullptr},
      {"prompt_lookup_num_tokens", nullptr},
      {"assistant_early_exit", nullptr},
  };
  return values;
}

}  // namespace

GenerationConfig GenerationConfigFromJson(const Json& json, std::string_view where,
                                          std::vector<std::string>* ignored) {
  if (!json.is_object()) {
    Fail(ErrorKind::kModel, Quoted(where), json.type_name(), "an object", "another file");
  }
  GenerationConfig config;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) continue;
    const Place place{where, key};
    const auto reader = Readers().find(key);
    const auto neutral = NeutralValues().find(key);
    if (reader != Readers().end()) {
      reader->second(config, place, value);
    } else if (neutral == NeutralValues().end()) {
      if (ignored != nullptr) ignored->push_back(key);
    } else if (value != neutral->second) {
      Refuse(place, value, neutral->second.dump() + ", the only value done here",
             "removing the key from the file");
    }
  }
  return config;
}

}  // namespace plumbline::eval
