// Llama 3.0 Instruct: no system block.
#include "harness/data/prompt_style.h"

namespace plumbline::data {

PromptStyle Llama3Style() {
  PromptStyle style;
  style.name = "llama3";
  style.before = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n";
  style.after = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
  style.trims_message = true;
  style.turn_end = "<|eot_id|>";
  style.tokens = {"<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"};
  style.digests = {"ba03a121d097859c7b5b9cd03af99aafe95275210d2876f642ad9929a150f122"};
  return style;
}

}  // namespace plumbline::data
