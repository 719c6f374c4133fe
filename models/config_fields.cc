#include "models/config_fields.h"

#include <cmath>

#include "harness/base/error.h"

namespace plumbline::models {

void ConfigFields::Refuse(std::string_view key, const Json& found, std::string_view wanted) const {
  Fail(ErrorKind::kModel, what_, Quoted(key) + " = " + found.dump(), wanted, "another checkpoint");
}

bool ConfigFields::Has(const char* key) const {
  return fields_.contains(key) && !fields_.at(key).is_null();
}

int64_t ConfigFields::Count(const char* key, int64_t fallback) const {
  if (!fields_.contains(key)) return fallback;
  const Json& value = fields_.at(key);
  constexpr int64_t kLargest = int64_t{1} << 31;
  if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > kLargest) {
    Refuse(key, value, "a positive integer");
  }
  return value.get<int64_t>();
}

int64_t ConfigFields::CountOrNull(const char* key, int64_t fallback) const {
  return Has(key) ? Count(key, fallback) : fallback;
}

double ConfigFields::Number(const char* key, double fallback, bool zero_is_fine,
                            std::string_view wanted) const {
  if (!fields_.contains(key)) return fallback;
  const Json& value = fields_.at(key);
  const double number = value.is_number() ? value.get<double>() : -1;
  if (!std::isfinite(number) || number < 0 || (number == 0 && !zero_is_fine)) {
    Refuse(key, value, wanted);
  }
  return number;
}

double ConfigFields::Rate(const char* key, double fallback) const {
  const double rate = Number(key, fallback, true, "a number in [0, 1)");
  if (rate >= 1) Refuse(key, fields_.at(key), "a number in [0, 1)");
  return rate;
}

double ConfigFields::Positive(const char* key, double fallback) const {
  return Number(key, fallback, false, "a number above 0");
}

double ConfigFields::NotNegative(const char* key, double fallback) const {
  return Number(key, fallback, true, "a number of at least 0");
}

bool ConfigFields::Flag(const char* key, bool fallback) const {
  if (!fields_.contains(key)) return fallback;
  if (!fields_.at(key).is_boolean()) Refuse(key, fields_.at(key), "true or false");
  return fields_.at(key).get<bool>();
}

std::string ConfigFields::Text(const char* key, std::string fallback) const {
  if (!fields_.contains(key)) return fallback;
  if (!fields_.at(key).is_string()) Refuse(key, fields_.at(key), "a name");
  return fields_.at(key).get<std::string>();
}

std::optional<int64_t> ConfigFields::PaddingId(const char* key, int64_t vocab_size) const {
  if (!Has(key)) return std::nullopt;
  const Json& value = fields_.at(key);
  const int64_t id = value.is_number_integer() ? value.get<int64_t>() : vocab_size;
  if (id < -vocab_size || id >= vocab_size) {
    Refuse(key, value, "null or an id below vocab_size " + std::to_string(vocab_size));
  }
  return id < 0 ? id + vocab_size : id;
}

}  // namespace plumbline::models
