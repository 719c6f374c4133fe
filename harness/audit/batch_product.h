// Micro-batch x accumulation x processes as one layer of the configuration says them, and the
// trace's own batch as words. Used by the cfg- rules of the batch.
#ifndef PLUMBLINE_HARNESS_AUDIT_BATCH_PRODUCT_H_
#define PLUMBLINE_HARNESS_AUDIT_BATCH_PRODUCT_H_

#include <optional>
#include <string>
#include <vector>

#include "harness/audit/evidence.h"
#include "harness/audit/timeline.h"

namespace plumbline::audit {

inline constexpr const char* kMicro = "training.per_device_train_batch_size";
inline constexpr const char* kAccumulation = "training.gradient_accumulation_steps";

struct Product {
  double value = 1;
  std::string text;
  std::vector<Place> places;
};

// nullopt when the layer names no micro-batch.
std::optional<Product> ProductOf(const Evidence& run, Layer layer);
std::string BatchesText(const Timeline& timeline);
std::string DerivationsText(const Timeline& timeline);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_BATCH_PRODUCT_H_
