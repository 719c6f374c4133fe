// The message alone, behind what the tokenizer itself puts in front of a text (BOS, or nothing).
#include "harness/data/prompt_style.h"

namespace plumbline::data {

PromptStyle PlainStyle() {
  PromptStyle style;
  style.name = "plain";
  return style;
}

}  // namespace plumbline::data
