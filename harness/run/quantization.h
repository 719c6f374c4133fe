// Frozen weights in 4 bits, where quantization.* or the checkpoint itself asks for it. Called before an adapter is
// attached.
#ifndef PLUMBLINE_HARNESS_RUN_QUANTIZATION_H_
#define PLUMBLINE_HARNESS_RUN_QUANTIZATION_H_

#include <filesystem>
#include <string>

#include "harness/config/resolved.h"
#include "models/model.h"

namespace plumbline::run {

// Quantizes the model's maps and returns what was done in one line; empty: nothing is in 4 bits. Errors: kUsage when
// quantization.load_in_4bit contradicts how a 4-bit checkpoint was made; kModel for a broken one.
std::string QuantizeAsConfigured(const config::Resolved& config, const std::filesystem::path& directory,
                                 models::Model& model);

}  // namespace plumbline::run

#endif  // PLUMBLINE_HARNESS_RUN_QUANTIZATION_H_
