#include "harness/run/companions.h"

#include "harness/base/file.h"

namespace plumbline::run {
namespace {

constexpr const char* kNames[] = {
    "spiece.model",          "tokenizer.model",         "tokenizer.json",
    "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja",
    "generation_config.json"};

}  // namespace

void CopyCompanions(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const char* name : kNames) {
    if (std::filesystem::exists(from / name)) WriteFileAtomic(to / name, ReadFile(from / name));
  }
}

}  // namespace plumbline::run
