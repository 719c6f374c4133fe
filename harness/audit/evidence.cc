#include "harness/audit/evidence.h"

#include <array>

namespace plumbline::audit {
namespace {

constexpr std::array kStrongestFirst = {Layer::kResolved, Layer::kCommandLine, Layer::kLauncher,
                                        Layer::kFile};

const Reading* In(const std::map<std::string, Reading, std::less<>>& readings,
                  std::string_view name) {
  const auto found = readings.find(name);
  return found == readings.end() ? nullptr : &found->second;
}

}  // namespace

const Reading* Point::Find(std::string_view name) const { return In(values, name); }

const Setting* Evidence::Find(std::string_view key, Layer layer) const {
  const Setting* last = nullptr;
  for (const Setting& setting : settings) {
    if (setting.layer == layer && setting.key == key) last = &setting;
  }
  return last;
}

const Setting* Evidence::Effective(std::string_view key) const {
  for (const Layer layer : kStrongestFirst) {
    if (const Setting* setting = Find(key, layer)) return setting;
  }
  return nullptr;
}

std::optional<double> Evidence::Number(std::string_view key) const {
  const Setting* setting = Effective(key);
  if (setting == nullptr) return std::nullopt;
  const auto parsed = ParseDecimal(setting->text);
  if (!parsed || !parsed->Finite()) return std::nullopt;
  return parsed->value;
}

std::optional<bool> Evidence::Truth(std::string_view key) const {
  const Setting* setting = Effective(key);
  return setting == nullptr ? std::nullopt : TruthOf(setting->text);
}

const Reading* Evidence::Fact(std::string_view key) const { return In(facts, key); }

const Reading* Evidence::Final(std::string_view key) const { return In(final, key); }

std::vector<const Claim*> Evidence::ClaimsOf(std::string_view quantity) const {
  std::vector<const Claim*> found;
  for (const Claim& claim : claims) {
    if (claim.quantity == quantity) found.push_back(&claim);
  }
  return found;
}

std::optional<bool> TruthOf(std::string_view text) {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (lower == "true" || lower == "yes" || lower == "1" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "0" || lower == "off") return false;
  return std::nullopt;
}

const char* LayerName(Layer layer) {
  switch (layer) {
    case Layer::kFile:
      return "file";
    case Layer::kLauncher:
      return "launcher";
    case Layer::kCommandLine:
      return "command line";
    case Layer::kResolved:
      return "resolved";
    case Layer::kClaimed:
      return "claimed";
    case Layer::kProposed:
      return "proposed";
  }
  return "";
}

}  // namespace plumbline::audit
