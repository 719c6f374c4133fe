#include "harness/data/prompt.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/nearest.h"
#include "harness/base/random.h"

namespace plumbline::data {
namespace {

constexpr std::string_view kDialogue = "{dialogue}";
constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

// Only the text of `format` is searched for the names, never what was put in.
std::string Filled(std::string_view format,
                   const std::vector<std::pair<std::string_view, std::string_view>>& values) {
  std::string text;
  for (size_t i = 0; i < format.size();) {
    const auto name = std::find_if(values.begin(), values.end(), [&](const auto& value) {
      return format.substr(i).starts_with(value.first);
    });
    if (name == values.end()) {
      text += format[i++];
    } else {
      text += name->second;
      i += name->first.size();
    }
  }
  return text;
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

int64_t CountOf(std::string_view word, std::string_view text) {
  int64_t count = 0;
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

PromptTemplate TemplateOf(const std::string& text) {
  const int64_t count = CountOf(kDialogue, text);
  if (count > 1) {
    Fail(ErrorKind::kUsage, "prompt.template", "{dialogue} " + std::to_string(count) + " times",
         "it once", "leaving out the others");
  }
  std::vector<std::string> names;
  for (const PromptTemplate& known : PromptTemplates()) {
    if (known.name == text) return known;
    names.push_back(known.name);
  }
  if (count == 1) return {"", text, PromptTemplates().front().example};
  Fail(ErrorKind::kUsage, "prompt.template", Quoted(text),
       "a text with {dialogue}, or a name of the built-in ones", Quoted(NearestName(text, names)));
}

// The end of `text` moved back to a whole character.
size_t CharacterEnd(std::string_view text, size_t end) {
  while (end > 0 && end < text.size() && (text[end] & 0xc0) == 0x80) --end;
  return end;
}

bool IsSameRow(const Example& a, const Example& b) {
  return a.fname == b.fname || a.dialogue == b.dialogue;
}

}  // namespace

Prompt::Prompt(PromptSettings settings, const Tokenizer& tokenizer)
    : settings_(std::move(settings)),
      tokenizer_(tokenizer),
      template_(TemplateOf(settings_.template_text)) {
  PromptStyle& style = settings_.style;
  if (settings_.enable_thinking) {
    if (style.after_thinking.empty()) {
      Fail(ErrorKind::kUsage, "prompt.enable_thinking", "true with the style " + Quoted(style.name),
           "a style with that switch", "prompt.style=qwen3, or leaving the key out");
    }
    style.after = style.after_thinking;
  }
  for (const std::string& piece : style.tokens) {
    const auto id = tokenizer.IdOf(piece);
    if (!id) {
      Fail(ErrorKind::kModel, "the prompt style " + Quoted(style.name), "no token " + piece,
           "a tokenizer that has it", "prompt.style=plain, or the model's own tokenizer");
    }
    tokens_.emplace_back(piece, *id);
  }
  const auto end =
      style.turn_end.empty() ? tokenizer.special_ids().eos : tokenizer.IdOf(style.turn_end);
  if (!end) {
    Fail(ErrorKind::kModel, "the prompt style " + Quoted(style.name),
         "a tokenizer without an EOS token",
         "one: a target without it never teaches a model to stop",
         "naming it in tokenizer_config.json");
  }
  end_id_ = *end;
  const int64_t pool_size = std::ssize(settings_.pool);
  if (settings_.few_shot > 0 && pool_size <= settings_.few_shot) {
    Fail(ErrorKind::kUsage, "prompt.few_shot",
         std::to_string(settings_.few_shot) + " with " + std::to_string(pool_size) +
             " training rows",
         "more rows of text than worked examples", "data.train=FILE, or a smaller prompt.few_shot");
  }
  order_ = Permutation(pool_size, NamedStream(settings_.seed, "few_shot"));
}

std::string Prompt::Message(const Example& example, std::string_view dialogue) const {
  std::string text;
  int64_t number = 0;
  for (size_t i = 0; number < settings_.few_shot && i < order_.size(); ++i) {
    const Example& shot = settings_.pool[order_[i]];
    if (IsSameRow(shot, example) || shot.summary.empty()) continue;
    const std::string place = std::to_string(++number);
    text += Filled(
        template_.example,
        {{"{number}", place}, {kDialogue, shot.dialogue}, {"{summary}", shot.summary.front()}});
  }
  return text + Filled(template_.text, {{kDialogue, dialogue}});
}

std::string Prompt::Text(const Example& example, std::string_view dialogue) const {
  const std::string message = Message(example, dialogue);
  const PromptStyle& style = settings_.style;
  return style.before + std::string(style.trims_message ? Trimmed(message) : message) + style.after;
}

// Special tokens split the text; what lies between them is encoded by itself, as HuggingFace does.
std::vector<int64_t> Prompt::Encode(std::string_view text) const {
  std::vector<int64_t> ids;
  const auto add = [&](std::string_view part) {
    if (part.empty()) return;
    const auto more = tokenizer_.EncodePlain(part).ids;
    ids.insert(ids.end(), more.begin(), more.end());
  };
  while (!text.empty()) {
    size_t first = std::string_view::npos;
    const std::pair<std::string, int64_t>* found = nullptr;
    for (const auto& token : tokens_) {
      const size_t at = text.find(token.first);
      if (at < first) {
        first = at;
        found = &token;
      }
    }
    add(text.substr(0, first));
    if (found == nullptr) break;
    ids.push_back(found->second);
    text.remove_prefix(first + found->first.size());
  }
  if (!tokens_.empty()) return ids;
  const auto prefix = tokenizer_.prefix_ids();
  if (!prefix.empty() && ids.size() >= prefix.size() &&
      std::equal(prefix.begin(), prefix.end(), ids.begin())) {
    Fail(ErrorKind::kUsage, "prompt.template", "the token that the tokenizer itself puts first",
         "it once", "leaving it out of the template");
  }
  ids.insert(ids.begin(), prefix.begin(), prefix.end());
  if (settings_.is_encoder_decoder) {
    const auto suffix = tokenizer_.suffix_ids();
    ids.insert(ids.end(), suffix.begin(), suffix.end());
  }
  return ids;
}

Prompt::Ids Prompt::SourceIds(const Example& example, int64_t max_length) const {
  std::string_view dialogue = example.dialogue;
  std::vector<int64_t> ids = Encode(Text(example, dialogue));
  if (std::ssize(ids) <= max_length) return {std::move(ids), false};
  const Encoding whole = tokenizer_.EncodePlain(dialogue);
  int64_t keep = std::ssize(whole.ids);
  while (true) {
    keep -= std::max<int64_t>(1, std::ssize(ids) - max_length);
    if (keep < 1) break;
    const size_t end = CharacterEnd(dialogue, whole.offsets[static_cast<size_t>(keep - 1)].end);
    ids = Encode(Text(example, dialogue.substr(0, end)));
    if (end > 0 && std::ssize(ids) <= max_length) return {std::move(ids), true};
  }
  const size_t fixed = Encode(Text(example, "")).size();
  Fail(ErrorKind::kUsage, "data.max_source_length for row " + Quoted(example.fname),
       std::to_string(max_length),
       "more than the " + std::to_string(fixed) + " tokens of the prompt around the dialogue",
       "a larger limit, or fewer worked examples");
}

Prompt::Ids Prompt::TargetIds(std::string_view summary, int64_t max_length) const {
  if (max_length < 2) {
    Fail(ErrorKind::kUsage, "data.max_target_length", std::to_string(max_length),
         "at least 2: the end of the turn and one token of the summary", "a larger limit");
  }
  const std::string_view text = settings_.style.trims_message ? Trimmed(summary) : summary;
  Ids target{tokenizer_.EncodePlain(text).ids, false};
  target.is_truncated = std::ssize(target.ids) > max_length - 1;
  if (target.is_truncated) target.ids.resize(static_cast<size_t>(max_length - 1));
  target.ids.push_back(end_id_);
  return target;
}

}  // namespace plumbline::data
