// How a model wants to be asked: the text around the user's message, up to the place where its
// answer begins. Called by prompt.cc; knows nothing of dialogues, tokens or files.
//
// A style is one file prompt_style_<name>.cc and one line in prompt_styles.def. Chat formats are
// rendered by hand: a checkpoint's own Jinja template is recognised by its digest, never run.
#ifndef PLUMBLINE_HARNESS_DATA_PROMPT_STYLE_H_
#define PLUMBLINE_HARNESS_DATA_PROMPT_STYLE_H_

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::data {

struct PromptStyle {
  std::string name;    // a word of prompt.style
  std::string before;  // all bytes before the user's message
  std::string after;   // all bytes between the message and the answer
  std::string
      after_thinking;  // `after` when the model may think; empty: the style has no such switch
  bool trims_message = false;  // white space at both ends of the message is dropped
  std::string turn_end;        // the token that ends an answer; empty: the tokenizer's EOS
  std::vector<std::string>
      tokens;  // special tokens in before, after and turn_end; empty: the tokenizer adds its own
  std::vector<std::string>
      digests;  // SHA-256 of the chat templates that render so, without a last line end
};

// All lines of prompt_styles.def.
const std::vector<PromptStyle>& PromptStyles();

// Errors: kUsage with the nearest name.
const PromptStyle& FindPromptStyle(std::string_view name);

// The style of a checkpoint's chat template, by digest; nullptr when nobody has checked that
// template.
const PromptStyle* StyleOfChatTemplate(std::string_view chat_template);

#define PROMPT_STYLE(Name) PromptStyle Name##Style();
#include "harness/data/prompt_styles.def"
#undef PROMPT_STYLE

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_PROMPT_STYLE_H_
