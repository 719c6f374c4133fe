// What the runs of one audit share: a file that many of them name is hashed, read and judged once.
// Made by who reads the runs (ReadOptions::shared), carried by their evidence, gone with it. Used by
// reader_own_run.cc, rows.cc and the rules of the data's texts.
#ifndef PLUMBLINE_HARNESS_AUDIT_SHARED_FILES_H_
#define PLUMBLINE_HARNESS_AUDIT_SHARED_FILES_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <typeindex>
#include <utility>

namespace plumbline::audit {

class SharedFiles {
 public:
  // The Value kept under `key`, made at the first call. Of each type the newest `most` are kept.
  template <typename Value, typename Make>
  std::shared_ptr<const Value> Get(const std::string& key, size_t most, const Make& make) {
    for (const auto& [name, value] : kept_[typeid(Value)]) {
      if (name == key) return std::static_pointer_cast<const Value>(value);
    }
    std::shared_ptr<const Value> made = std::make_shared<Value>(make());
    auto& kept = kept_[typeid(Value)];
    kept.emplace_back(key, made);
    if (kept.size() > most) kept.pop_front();
    return made;
  }

 private:
  std::map<std::type_index, std::deque<std::pair<std::string, std::shared_ptr<const void>>>> kept_;
};

// As Get; made anew where nothing is shared: no `files`, or an empty key.
template <typename Value, typename Make>
std::shared_ptr<const Value> GetShared(SharedFiles* files, const std::string& key, size_t most,
                                       const Make& make) {
  if (files == nullptr || key.empty()) return std::make_shared<Value>(make());
  return files->Get<Value>(key, most, make);
}

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_SHARED_FILES_H_
