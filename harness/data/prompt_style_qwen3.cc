// Qwen3: no system block. With thinking off, the answer begins behind an empty block of thoughts.
#include "harness/data/prompt_style.h"

namespace plumbline::data {

PromptStyle Qwen3Style() {
  PromptStyle style;
  style.name = "qwen3";
  style.before = "<|im_start|>user\n";
  style.after_thinking = "<|im_end|>\n<|im_start|>assistant\n";
  style.after = style.after_thinking + "<think>\n\n</think>\n\n";
  style.turn_end = "<|im_end|>";
  style.tokens = {"<|im_start|>", "<|im_end|>", "<think>", "</think>"};
  style.digests = {"87a2728cb8dc9fe424d624542f6060ec05a1d285ebbec578bb078900e33396b5"};
  return style;
}

}  // namespace plumbline::data
