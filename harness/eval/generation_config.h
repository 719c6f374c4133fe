// What generation is asked to do: HuggingFace's names and meanings (transformers 5.23,
// generation_config.json). Filled by harness/run from the resolved configuration, read by the
// generator and its oracle; knows nothing of tensors or models.
#ifndef PLUMBLINE_HARNESS_EVAL_GENERATION_CONFIG_H_
#define PLUMBLINE_HARNESS_EVAL_GENERATION_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::eval {

// When the search of one item ends: by the heuristic on the current length, as soon as num_beams
// hypotheses are finished, or by the bound that cannot lose a better hypothesis.
enum class EarlyStopping { kFalse, kTrue, kNever };

// Lengths: `max_length` and `min_length` count the decoder start token (encoder-decoder) or the
// prompt (decoder-only); `max_new_tokens` and `min_new_tokens` do not, and win over them. EOS
// counts in all four.
struct GenerationConfig {
  int64_t num_beams = 1;  // 1 is greedy search
  std::optional<int64_t> max_new_tokens;
  std::optional<int64_t> max_length;
  std::optional<int64_t> min_new_tokens;
  int64_t min_length = 0;
  double length_penalty = 1.0;  // finished score = sum of log-probabilities / length^length_penalty
  EarlyStopping early_stopping = EarlyStopping::kFalse;
  int64_t no_repeat_ngram_size = 0;  // 0 is off
  double repetition_penalty = 1.0;   // 1 is off
  int64_t num_return_sequences = 1;
  bool do_sample = false;  // draw each token, after temperature, top_k and top_p
  double temperature = 1.0;
  int64_t top_k = 50;                             // 0 is off
  double top_p = 1.0;                             // 1 is off
  std::optional<int64_t> decoder_start_token_id;  // else bos_token_id, as transformers
  std::optional<int64_t> bos_token_id;
  std::optional<int64_t> pad_token_id;
  std::vector<int64_t> eos_token_id;
  std::optional<int64_t>
      forced_bos_token_id;  // the only choice for the first token after the start token
  std::vector<int64_t>
      forced_eos_token_id;  // the only choices for the last token within max_length

  // Decoder rows of one item.
  int64_t rows_per_item() const { return do_sample ? num_return_sequences : num_beams; }
};

// What the model adds to the question.
struct ModelLimits {
  int64_t vocab_size = 0;
  bool is_encoder_decoder = true;
  std::optional<int64_t> max_position_embeddings;  // of config.json, if it has one
  bool has_position_table = true;  // no token can stand past it; rotary positions go on
};

// transformers' fall-back when nobody gives a length: this many new tokens.
inline constexpr int64_t kDefaultNewTokens = 20;

// The lengths of one item, all in tokens of the whole decoder sequence (`prefix_length` included).
struct SequenceLengths {
  int64_t prefix = 1;  // decoder start token, or prompt
  int64_t max = 0;
  int64_t min = 0;  // EOS is banned while the sequence is shorter
  int64_t new_tokens() const { return max - prefix; }
};

// Refuses what cannot be done or would be ignored. Errors: kUsage, naming the key.
void Validate(const GenerationConfig& config, const ModelLimits& limits);

// Lengths for a decoder sequence that starts with `prefix_length` tokens. Errors: kUsage when
// nothing can be generated, when min is above max, or when the positions of the model do not reach.
SequenceLengths LengthsOf(const GenerationConfig& config, const ModelLimits& limits,
                          int64_t prefix_length);

// The id that the decoder is started with. Errors: kUsage when neither it nor bos_token_id is
// given.
int64_t DecoderStartToken(const GenerationConfig& config);

// "true", "false", "never". Errors: kUsage.
EarlyStopping ParseEarlyStopping(std::string_view text);
std::string ToString(EarlyStopping value);

// Reads the keys of a generation_config.json (null is absent; ids may be a number or a list). Keys
// that change the output and are not supported here (other warpers and processors) are refused
// unless they have their neutral value; the names of other unknown keys go to `ignored`. Errors:
// kModel, naming `where` and the key.
GenerationConfig GenerationConfigFromJson(const Json& json, std::string_view where,
                                          std::vector<std::string>* ignored);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_GENERATION_CONFIG_H_
