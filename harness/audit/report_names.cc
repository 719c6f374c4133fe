#include "harness/audit/report_names.h"

#include <algorithm>
#include <map>

namespace plumbline::audit {
namespace {

constexpr size_t kShortestAlias = 3;

bool IsAliasChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// The leading letters and digits: "llama" of "llama-3.2-korean-3b"; without digits at its end.
std::string FirstWord(const std::string& lowered) {
  std::string word;
  for (const char c : lowered) {
    if (!IsAliasChar(c)) break;
    word += c;
  }
  while (word.size() > kShortestAlias && word.back() >= '0' && word.back() <= '9') word.pop_back();
  return word;
}

// Keys of maps that say something of a trained model each.
bool DescribesModel(const Literal& value) {
  if (!value.IsMap()) return false;
  for (const char* key : {"checkpoint", "model_name", "trainable_params", "effective_batch_size",
                          "eval_rouge1", "total_time_seconds", "train_runtime"}) {
    if (value.Find(key) != nullptr) return true;
  }
  return false;
}

std::vector<std::string> NamesOf(const ReportText& report) {
  std::vector<std::string> names;
  for (const Assignment& assignment : report.assignments) {
    const auto& members = assignment.value.members;
    const bool models = members.size() >= 2 && std::ranges::all_of(members, [](const auto& member) {
                          return DescribesModel(member.second);
                        });
    if (!models) continue;
    for (const auto& [key, value] : members) {
      if (std::ranges::find(names, key) == names.end()) names.push_back(key);
    }
  }
  return names;
}

}  // namespace

RunNames::RunNames(const ReportText& report) {
  std::map<std::string, int> uses;
  const std::vector<std::string> names = NamesOf(report);
  for (const std::string& name : names) ++uses[FirstWord(Lowered(name))];
  for (const std::string& name : names) {
    const std::string lowered = Lowered(name);
    const std::string word = FirstWord(lowered);
    const bool unique = uses[word] == 1 && word.size() >= kShortestAlias;
    names_.push_back({name, unique ? word : lowered});
  }
}

std::vector<size_t> RunNames::In(std::string_view lowered) const {
  std::vector<size_t> found;
  for (size_t i = 0; i < names_.size(); ++i) {
    if (lowered.find(names_[i].alias) != std::string_view::npos) found.push_back(i);
  }
  return found;
}

std::optional<size_t> RunNames::OnlyIn(std::string_view lowered) const {
  const auto found = In(lowered);
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

std::optional<size_t> RunNames::AtStart(std::string_view lowered) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    if (lowered.starts_with(names_[i].alias)) return i;
  }
  return std::nullopt;
}

std::optional<size_t> RunNames::OfHeadings(const std::vector<std::string>& headings) const {
  for (size_t i = headings.size(); i > 0; --i) {
    if (const auto only = OnlyIn(headings[i - 1])) return only;
  }
  return std::nullopt;
}

}  // namespace plumbline::audit
