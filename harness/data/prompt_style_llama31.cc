// Llama 3.1 and 3.2 Instruct: a system block with two dates stands before every conversation.
// The 3.2 template would write the day on which it runs; here it is frozen to the day that 3.1 has
// as its default.
#include "harness/data/prompt_style.h"

namespace plumbline::data {

PromptStyle Llama31Style() {
  PromptStyle style = Llama3Style();
  style.name = "llama3.1";
  style.before =
      "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n"
      "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n<|eot_id|>"
      "<|start_header_id|>user<|end_header_id|>\n\n";
  style.digests = {"93c0e9aa3629bbd77e68dbc0f5621f6e6b23aa8d74b932595cdb8d64684526d7",   // 3.1
                   "d82792f95932f1c9cef5c4bd992f171225e3bf8c7b609b4557c9e1ec96be819f"};  // 3.2
  return style;
}

}  // namespace plumbline::data
