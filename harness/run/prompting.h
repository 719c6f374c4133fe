// From prompt.* and the checkpoint's own chat template to the prompt that training and inference
// share.
#ifndef PLUMBLINE_HARNESS_RUN_PROMPTING_H_
#define PLUMBLINE_HARNESS_RUN_PROMPTING_H_

#include <optional>

#include "harness/config/resolved.h"
#include "harness/data/prompt.h"
#include "harness/data/tokenizer.h"
#include "harness/eval/generation_config.h"
#include "models/model.h"

namespace plumbline::run {

// The prompt of rows of text, made when the first such row is met: rows of token ids need none.
class Prompting {
 public:
  // All must outlive it; `tokenizer` may be null.
  Prompting(const config::Resolved& config, const models::Model& model,
            const data::Tokenizer* tokenizer)
      : config_(config), model_(model), tokenizer_(tokenizer) {}

  // Null where text goes to the model as it is: an encoder-decoder without prompt settings, or no
  // tokenizer. Decoder-only models are always prompted: in prompt.style, else as their chat
  // template is known to render, else (no chat template) plainly. Errors: kModel for a chat
  // template nobody has checked while neither prompt.style nor prompt.template is set; kUsage for
  // worked examples without data.train; those of data::Prompt.
  const data::Prompt* Get();
  // What Get made so far.
  const std::optional<data::Prompt>& made() const { return prompt_; }

 private:
  const config::Resolved& config_;
  const models::Model& model_;
  const data::Tokenizer* tokenizer_;
  std::optional<data::Prompt> prompt_;
};

// Errors: kUsage when generation would not stop at the token that ends every target.
void RequireStopAtTurnEnd(const eval::GenerationConfig& generation,
                          const std::optional<data::Prompt>& prompt);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_PROMPTING_H_
