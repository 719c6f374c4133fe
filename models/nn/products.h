// Matrix products of fp32 on the CPU through our own kernels, outside autograd. The library's product
// uses half the width of the vectors that some processors have, and copies a weight into panels even
// for the few rows of a decoding step. Called by linear.h, label_loss.h and the decoders in models/;
// knows nothing of layers.
//
// Other types, other devices and autocast go through the library. The operator counter sees each
// product of ours as plumbline::mm of a (M, K) and a (K, N) matrix.
//
// Legend: R rows, I inputs, O outputs; M rows, K inner, N columns.
#ifndef PLUMBLINE_MODELS_NN_PRODUCTS_H_
#define PLUMBLINE_MODELS_NN_PRODUCTS_H_

#include <ATen/core/Tensor.h>

namespace plumbline::nn {

// x_RI * weight^T + bias (undefined: none). The weight is read where it lies. Two calls give the same
// bits, and a row's bits do not depend on the rows beside it.
at::Tensor RowProduct(const at::Tensor& x_RI, const at::Tensor& weight_OI,
                      const at::Tensor& bias_O = {});

// a_MK * b_KN, of views in any order of strides. Two calls give the same bits.
at::Tensor Product(const at::Tensor& a_MK, const at::Tensor& b_KN);

// c_MN += a_MK * b_KN in place.
void AddProduct(const at::Tensor& c_MN, const at::Tensor& a_MK, const at::Tensor& b_KN);

}  // namespace plumbline::nn

#endif  // PLUMBLINE_MODELS_NN_PRODUCTS_H_
