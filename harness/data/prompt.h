// What a decoder-only model is asked, and a text prefix for encoder-decoders: from an example to
// prompt ids and target ids. Called by training and by inference alike, so the prompt of a training
// row is the prompt of inference, byte for byte. Knows nothing of configurations or models.
//
// A prompt is the style's text around a message; the message is worked examples (few-shot) and a
// template whose {dialogue} is the row's. When it is too long the dialogue is cut at its end:
// instruction, examples, the header before the answer and the EOS always stay. The target is the
// summary and the token that ends a turn; loss falls on it alone.
#ifndef PLUMBLINE_HARNESS_DATA_PROMPT_H_
#define PLUMBLINE_HARNESS_DATA_PROMPT_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/data/example.h"
#include "harness/data/prompt_style.h"
#include "harness/data/tokenizer.h"

namespace plumbline::data {

struct PromptSettings {
  PromptStyle style;
  std::string template_text;  // holds {dialogue} once, or is a name of PromptTemplates()
  bool enable_thinking = false;
  bool is_encoder_decoder = false;  // then the tokenizer's own suffix (EOS) ends the source
  int64_t few_shot = 0;
  uint64_t seed = 0;          // which examples are drawn
  std::vector<Example> pool;  // rows to draw from: those of training
};

// The named messages, and how a worked example stands before them.
struct PromptTemplate {
  std::string name;
  std::string text;     // with {dialogue}
  std::string example;  // with {number}, {dialogue} and {summary}
};
const std::vector<PromptTemplate>& PromptTemplates();

class Prompt {
 public:
  struct Ids {
    std::vector<int64_t> ids;
    bool is_truncated = false;
  };

  // Errors: kUsage for a template without (or with two) {dialogue} or of an unknown name, for fewer
  // rows than worked examples, for a thinking switch that the style does not have; kModel when
  // `tokenizer` lacks a special token of the style. `tokenizer` must outlive the object.
  Prompt(PromptSettings settings, const Tokenizer& tokenizer);

  // All bytes of the prompt as the model reads them, with `dialogue` in place of the row's own.
  std::string Text(const Example& example, std::string_view dialogue) const;

  // Errors: kUsage when not even one token of the dialogue fits, kData for broken UTF-8.
  Ids SourceIds(const Example& example, int64_t max_length) const;
  // Summary and turn end, the summary cut so that the end stays.
  Ids TargetIds(std::string_view summary, int64_t max_length) const;

  // The token that ends every target.
  int64_t end_id() const { return end_id_; }
  const PromptStyle& style() const { return settings_.style; }

 private:
  std::string Message(const Example& example, std::string_view dialogue) const;
  std::vector<int64_t> Encode(std::string_view text) const;

  PromptSettings settings_;
  const Tokenizer& tokenizer_;
  PromptTemplate template_;
  std::vector<std::pair<std::string, int64_t>> tokens_;  // of the style
  std::vector<int64_t> order_;                           // of the pool, as drawn
  int64_t end_id_ = 0;
};

// The chat template of a HuggingFace directory: chat_template.jinja, else chat_template of
// tokenizer_config.json (of several the one named "default"). Errors: kModel when the file is
// broken.
std::optional<std::string> ReadChatTemplate(const std::filesystem::path& directory);

}  // namespace plumbline::data

#endif  // PLUMBLINE_HARNESS_DATA_PROMPT_H_
