// Qwen3 Instruct of July 2025: never thinks, so nothing stands behind the assistant's header.
#include "harness/data/prompt_style.h"

namespace plumbline::data {

PromptStyle Qwen32507Style() {
  PromptStyle style = Qwen3Style();
  style.name = "qwen3-2507";
  style.after = style.after_thinking;
  style.after_thinking.clear();
  style.tokens = {"<|im_start|>", "<|im_end|>"};
  style.digests = {};
  return style;
}

}  // namespace plumbline::data
