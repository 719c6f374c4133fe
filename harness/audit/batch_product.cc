#include "harness/audit/batch_product.h"

namespace plumbline::audit {
namespace {

std::optional<double> NumberAt(const Evidence& run, const char* key, Layer layer, Product& product) {
  const Setting* setting = run.Find(key, layer);
  const auto number = setting == nullptr ? std::nullopt : ParseDecimal(setting->text);
  if (!number || !number->Finite()) return std::nullopt;
  product.places.push_back(setting->place);
  return number->value;
}

}  // namespace

std::optional<Product> ProductOf(const Evidence& run, Layer layer) {
  Product product;
  const auto micro = NumberAt(run, kMicro, layer, product);
  if (!micro) return std::nullopt;
  const auto accumulation = NumberAt(run, kAccumulation, layer, product);
  const double processes = run.Number("training.world_size").value_or(1);
  product.value = *micro * accumulation.value_or(1) * processes;
  product.text = Show(*micro) + " x " + Show(accumulation.value_or(1));
  if (processes != 1) product.text += " x " + Show(processes);
  product.text += " = " + Show(product.value);
  return product;
}

std::string BatchesText(const Timeline& timeline) {
  std::string text;
  for (size_t i = 0; i < timeline.batches.size() && i < 6; ++i) {
    text += (i == 0 ? "" : " or ") + std::to_string(timeline.batches[i]);
  }
  return timeline.batches.size() > 6 ? text + " or more" : text;
}

std::string DerivationsText(const Timeline& timeline) {
  std::string text;
  for (const Derivation& derivation : timeline.derivations) {
    text += (text.empty() ? "" : "; ") + derivation.name + ": " + derivation.formula;
  }
  return text;
}

}  // namespace plumbline::audit
