// Gradient checkpointing: a segment of the network keeps its inputs alone and is computed again in
// the backward pass. Called by the architectures, one segment a layer; knows no layer.
// Source: Chen et al. 2016; torch.utils.checkpoint (reentrant).
#ifndef PLUMBLINE_MODELS_NN_RECOMPUTE_H_
#define PLUMBLINE_MODELS_NN_RECOMPUTE_H_

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace plumbline::nn {

// One tensor of several. It runs twice, so it may capture by value only, or by reference what
// outlives the backward pass; weights reach it by capture and get their gradients directly.
using Segment = std::function<at::Tensor(const std::vector<at::Tensor>& inputs)>;

// segment(inputs), its activations dropped. Outside of recording, plainly segment(inputs). Both
// runs take the same path through the code with equal random numbers (the generators of the CPU
// and of the inputs' device are put back and forth) and the same autocast state, so that values
// and gradients are bit-equal to those without checkpointing.
at::Tensor Recompute(const Segment& segment, const std::vector<at::Tensor>& inputs);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_RECOMPUTE_H_
