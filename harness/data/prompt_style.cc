#include "harness/data/prompt_style.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/base/sha256.h"

namespace plumbline::data {

const std::vector<PromptStyle>& PromptStyles() {
  static const std::vector<PromptStyle> styles = {
#define PROMPT_STYLE(Name) Name##Style(),
#include "harness/data/prompt_styles.def"
#undef PROMPT_STYLE
  };
  return styles;
}

const PromptStyle& FindPromptStyle(std::string_view name) {
  std::vector<std::string> names;
  for (const PromptStyle& style : PromptStyles()) {
    if (style.name == name) return style;
    names.push_back(style.name);
  }
  Fail(ErrorKind::kUsage, "prompt.style", Quoted(name), "a style of prompt_styles.def",
       NearestName(name, names));
}

const PromptStyle* StyleOfChatTemplate(std::string_view chat_template) {
  if (chat_template.ends_with('\n')) chat_template.remove_suffix(1);
  const std::string digest = Sha256Hex(chat_template);
  for (const PromptStyle& style : PromptStyles()) {
    const auto& known = style.digests;
    if (std::find(known.begin(), known.end(), digest) != known.end()) return &style;
  }
  return nullptr;
}

}  // namespace plumbline::data
