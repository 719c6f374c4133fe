// The interface of every model family: what training and generation may ask of a network.
// Called by harness/train and harness/eval; knows nothing of text, tokenizers, optimizers or verdicts.
//
// Legend: N packed source tokens, M packed target tokens, B items, R decoder rows (items x beams), V vocabulary.
#ifndef PLUMBLINE_MODELS_MODEL_H_
#define PLUMBLINE_MODELS_MODEL_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::models {

// A label that carries no loss, as in transformers.
inline constexpr int64_t kIgnoredLabel = -100;

// Rows without padding: the tokens of all items one after another, cut by offsets (size B + 1, first 0).
// Decoder-only models leave the source empty; their target rows are prompt and continuation. On the CPU, where they
// are checked without waiting for a device; a model moves them to its own.
struct PackedBatch {
  at::Tensor source_ids_N;           // int64
  std::vector<int64_t> source_offsets;
  at::Tensor decoder_input_ids_M;    // int64; required, never derived from the source
  at::Tensor labels_M;               // int64; kIgnoredLabel carries no loss
  std::vector<int64_t> target_offsets;

  int64_t num_items() const { return static_cast<int64_t>(target_offsets.size()) - 1; }
};

struct NamedLinear;  // named_linear.h

struct NamedTensor {
  std::string name;  // HuggingFace's name
  at::Tensor value;
};

// Sums, not means: the trainer divides by the token count of the whole optimizer step.
struct LossSums {
  at::Tensor loss;         // 0-dim fp32, differentiable: (1 - eps) * nll_sum + eps * smooth_sum / V
  double nll_sum = 0;      // nats, without smoothing
  int64_t num_tokens = 0;  // labels that carry loss
};

// One call of generation. Rows are item-major: row = item * beams + beam. Caches are allocated once for
// max_length steps; cross-attention keys and values exist once an item; nothing is ever copied between beams.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // Feeds one token a row and returns next-token logits_RV, fp32, contiguous, valid until the next call; the
  // caller may overwrite them.
  // `token_ids`: R ids. `parents`: R row indices, the row (of the previous step) each row continues; ignored at
  // the first step. A row may be the parent of several; parents stay within their item.
  virtual at::Tensor Step(const std::vector<int64_t>& token_ids, const std::vector<int64_t>& parents) = 0;
  // Drops items whose search has ended. `items`: the surviving items, numbers of the present numbering, ascending.
  // From the next Step on, rows (parents included) are those of the survivors alone, still item-major. Nothing in a
  // cache moves.
  virtual void KeepItems(const std::vector<int64_t>& items) = 0;
};

class Model {
 public:
  virtual ~Model() = default;

  virtual const Json& config() const = 0;          // config.json as read
  virtual int64_t vocab_size() const = 0;
  virtual bool is_encoder_decoder() const = 0;
  virtual at::Device device() const = 0;  // of the weights

  // Trainable and frozen tensors in HuggingFace's order of names; tied ones once. Shared storage with the model.
  virtual std::vector<NamedTensor> Parameters() const = 0;
  // Tensors of the checkpoint that are not trained (BART's final_logits_bias).
  virtual std::vector<NamedTensor> Buffers() const = 0;
  // The affine maps of the layers in HuggingFace's order, without embeddings and output projection. An adapter attached
  // to one (models/adapt) is no parameter of the model: see AllParameters there.
  virtual std::vector<NamedLinear> Linears() const = 0;

  // adapter_config.json of the adapter that the model carries, null without one; set by models/adapt.
  const Json& adapter_config() const { return adapter_config_; }
  void set_adapter_config(Json config) { adapter_config_ = std::move(config); }

  // Whether Loss keeps each layer's input alone while training and computes the layer again in the backward pass:
  // bit-equal values and gradients, less memory, more time. Off at first.
  virtual void SetGradientCheckpointing(bool on) = 0;

  // Logits_MV, fp32, differentiable. For parity tests; training uses Loss.
  virtual at::Tensor Logits(const PackedBatch& batch) = 0;
  // Logits only where labels carry loss. `training` switches dropout on (drawn from the default generator).
  virtual LossSums Loss(const PackedBatch& batch, double label_smoothing_factor, bool training) = 0;

  // Encodes `sources` and prepares `beams` rows an item for at most max_length decoder steps.
  // Decoder-only models feed the prompts here and return the logits of each last prompt token at the first Step.
  virtual std::unique_ptr<Decoder> StartDecoding(const std::vector<std::vector<int64_t>>& sources, int64_t beams,
                                                 int64_t max_length) = 0;

 private:
  Json adapter_config_;
};

// Reads config.json and the safetensors (one file, or shards with their index) of a HuggingFace directory. Weights are
// held in `dtype`, whatever the files hold; peak memory is that of the weights plus one chunk of a file. Half types
// are for inference. Errors: kModel.
std::unique_ptr<Model> LoadModel(const std::filesystem::path& directory, const at::Device& device,
                                 at::ScalarType dtype = at::kFloat);

// "float32", "bfloat16" or "float16", and back; nothing for another name.
std::string DtypeName(at::ScalarType dtype);
std::optional<at::ScalarType> FindDtype(std::string_view name);

// The type that a value of model.dtype names: float32, bfloat16, float16, or auto: the one that most of the
// checkpoint's weights are stored in (float32 for float64). Errors: kUsage for another name, kModel as LoadModel.
at::ScalarType WeightType(const std::string& dtype, const std::filesystem::path& directory);

// Trained values of the model that a config.json value describes, by shape alone: nothing is allocated. Errors: kModel.
int64_t CountParameters(const Json& config);

// That model on the meta device: names and shapes without memory. Errors: kModel.
std::unique_ptr<Model> ShapeOf(const Json& config);

// Fresh fp32 weights from a config.json value, HuggingFace's initialisation, drawn from the named stream of `seed`.
std::unique_ptr<Model> InitializeModel(const Json& config, uint64_t seed, const at::Device& device);

// Of a model without adapter: writes config.json and model.safetensors atomically, in `dtype` (at::kFloat, at::kBFloat16, at::kHalf).
void SaveModel(const Model& model, const std::filesystem::path& directory, at::ScalarType dtype);

}  // namespace plumbline::models

#endif  // PLUMBLINE_MODELS_MODEL_H_
