// 4-bit weights as bitsandbytes serializes them in safetensors: beside NAME (packed bytes) stand
// NAME.absmax, NAME.quant_map, NAME.quant_state.bitsandbytes__nf4 (or __fp4; JSON in bytes) and,
// with double quantization, NAME.nested_absmax and NAME.nested_quant_map. Called by checkpoint
// loading; knows no architecture. Source: bitsandbytes 0.50.2, QuantState.
#ifndef PLUMBLINE_MODELS_FOUR_BIT_CHECKPOINT_H_
#define PLUMBLINE_MODELS_FOUR_BIT_CHECKPOINT_H_

#include <string>
#include <vector>

#include "models/nn/four_bit.h"
#include "models/safetensors.h"

namespace plumbline::models {

// Whether the checkpoint stores the weight `name` in 4 bits.
bool IsFourBit(const CheckpointTensors& stored, const std::string& name);

// The names beside `name` that belong to its 4-bit form; empty when it has none.
std::vector<std::string> FourBitPartNames(const CheckpointTensors& stored, const std::string& name);

// The weight, its tensors copied from the file. Errors: kModel naming file and tensor: a part that
// is missing, of another type or length than the shape asks for, a code other than NF4 and FP4,
// bytes stored as another type.
nn::FourBitWeight ReadFourBit(const CheckpointTensors& stored, const std::string& name);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_FOUR_BIT_CHECKPOINT_H_
