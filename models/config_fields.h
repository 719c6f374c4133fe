// The fields of a config.json, each checked as it is read. Used by the architectures' config readers; knows no
// architecture.
#ifndef PLUMBLINE_MODELS_CONFIG_FIELDS_H_
#define PLUMBLINE_MODELS_CONFIG_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace plumbline::models {

// An absent key gives the fallback. Errors: kModel, naming the key, what it holds and what was wanted.
class ConfigFields {
 public:
  // `what` starts every error: "reading Llama's config.json". `fields` must outlive this.
  ConfigFields(std::string what, const Json& fields) : what_(std::move(what)), fields_(fields) {}

  bool Has(const char* key) const;  // present and not null
  // A positive integer below 2^31.
  int64_t Count(const char* key, int64_t fallback) const;
  // As Count, where null means absent.
  int64_t CountOrNull(const char* key, int64_t fallback) const;
  // A number in [0, 1).
  double Rate(const char* key, double fallback) const;
  // A finite number above 0, or from 0 on.
  double Positive(const char* key, double fallback) const;
  double NotNegative(const char* key, double fallback) const;
  bool Flag(const char* key, bool fallback) const;
  std::string Text(const char* key, std::string fallback) const;
  // Null or an id below vocab_size; a negative one counts from the end, as in torch.nn.Embedding.
  std::optional<int64_t> PaddingId(const char* key, int64_t vocab_size) const;

  [[noreturn]] void Refuse(std::string_view key, const Json& found, std::string_view wanted) const;

 private:
  double Number(const char* key, double fallback, bool zero_is_fine, std::string_view wanted) const;

  std::string what_;
  const Json& fields_;
};

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_CONFIG_FIELDS_H_
