// A made model's tensors from a checkpoint's: names matched, shapes and types checked, tied values compared. Called by
// models.cc; knows no architecture.
#ifndef PLUMBLINE_MODELS_FILL_H_
#define PLUMBLINE_MODELS_FILL_H_

#include <string>

#include "models/family.h"
#include "models/model.h"
#include "models/safetensors.h"

namespace plumbline::models {

// What the checkpoint holds under the head's name of a family (kAbsent for a family without such a choice).
StoredHead StoredHeadOf(const CheckpointTensors& stored, const CheckpointNames& names);

// Fills parameters and buffers in place; merged weights are filled through their parts. `directory` stands in errors.
// Errors: kModel for a missing or unknown tensor, a wrong shape or type, or tied tensors that differ.
void FillModel(const Model& model, const CheckpointTensors& stored, const CheckpointNames& names,
               const std::string& directory);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_FILL_H_
