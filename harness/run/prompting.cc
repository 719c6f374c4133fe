#include "harness/run/prompting.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "harness/base/error.h"
#include "harness/data/dataset.h"
#include "harness/run/settings.h"

namespace plumbline::run {
namespace {

std::filesystem::path TokenizerDirectory(const config::Resolved& config) {
  const std::filesystem::path path =
      PathOf(config, config.Has("tokenizer.path") ? "tokenizer.path" : "model.path");
  return std::filesystem::is_directory(path) ? path : path.parent_path();
}

// The style that was asked for, else the one that the checkpoint's chat template renders.
data::PromptStyle StyleOf(const config::Resolved& config) {
  const auto chat_template = data::ReadChatTemplate(TokenizerDirectory(config));
  const data::PromptStyle* own =
      chat_template ? data::StyleOfChatTemplate(*chat_template) : nullptr;
  if (config.Has("prompt.style")) {
    const data::PromptStyle& asked = data::FindPromptStyle(config.Text("prompt.style"));
    if (own != nullptr && own->name != asked.name) {
      std::fprintf(stderr,
                   "note: prompt.style is %s, the checkpoint's own chat template renders %s\n",
                   asked.name.c_str(), own->name.c_str());
    }
    return asked;
  }
  if (own != nullptr) return *own;
  if (!chat_template || config.Has("prompt.template")) return data::FindPromptStyle("plain");
  Fail(ErrorKind::kModel, "the chat template of " + Quoted(TokenizerDirectory(config).string()),
       "one that nobody has checked", "the template of Llama 3 or Qwen3, or a style by name",
       "--set prompt.style=NAME (plain, llama3, llama3.1, qwen3, qwen3-2507)");
}

std::vector<data::Example> PoolOf(const config::Resolved& config) {
  if (!config.Has("data.train")) {
    Fail(ErrorKind::kUsage, "prompt.few_shot", "no data.train",
         "the rows that worked examples are drawn from", "--set data.train=FILE");
  }
  std::vector<data::Example> pool =
      data::LoadDataset(PathOf(config, "data.train"), DatasetOptionsOf(config, "data.train"))
          .examples;
  std::erase_if(pool, [](const data::Example& example) { return example.is_tokenized; });
  return pool;
}

}  // namespace

const data::Prompt* Prompting::Get() {
  if (prompt_) return &*prompt_;
  const config::Resolved& config = config_;
  const bool has_style = config.Has("prompt.style");
  const bool is_asked = has_style || config.Has("prompt.template") ||
                        config.Int("prompt.few_shot") > 0 || config.Bool("prompt.enable_thinking");
  data::PromptSettings settings;
  settings.is_encoder_decoder = model_.is_encoder_decoder();
  if (tokenizer_ == nullptr || (settings.is_encoder_decoder && !is_asked)) return nullptr;
  settings.style =
      settings.is_encoder_decoder && !has_style ? data::FindPromptStyle("plain") : StyleOf(config);
  settings.template_text = settings.is_encoder_decoder ? "dialogue" : "summarize";
  if (config.Has("prompt.template")) settings.template_text = config.Text("prompt.template");
  settings.enable_thinking = config.Bool("prompt.enable_thinking");
  settings.few_shot = config.Int("prompt.few_shot");
  settings.seed = static_cast<uint64_t>(config.Int("training.seed"));
  if (settings.few_shot > 0) settings.pool = PoolOf(config);
  return &prompt_.emplace(std::move(settings), *tokenizer_);
}

void RequireStopAtTurnEnd(const eval::GenerationConfig& generation,
                          const std::optional<data::Prompt>& prompt) {
  const auto& eos = generation.eos_token_id;
  if (!prompt || std::find(eos.begin(), eos.end(), prompt->end_id()) != eos.end()) return;
  const std::string id = std::to_string(prompt->end_id());
  Fail(ErrorKind::kUsage, "generation.eos_token_id", "a list without " + id,
       "the token that ends every target of the prompt style " + Quoted(prompt->style().name),
       "--set generation.eos_token_id=" + id);
}

}  // namespace plumbline::run
