#include "harness/eval/generator.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "harness/base/error.h"
#include "harness/eval/search_batch.h"

namespace plumbline::eval {
namespace {

void RequireSources(const std::vector<Ids>& sources, const ModelLimits& limits) {
  for (size_t i = 0; i < sources.size(); ++i) {
    const std::string what = "generation of item " + std::to_string(i);
    if (sources[i].empty()) {
      Fail(ErrorKind::kData, what, "no tokens", "at least one", "leaving the row out");
    }
    for (const int64_t id : sources[i]) {
      if (id >= 0 && id < limits.vocab_size) continue;
      Fail(ErrorKind::kData, what, "token id " + std::to_string(id),
           "ids from 0 to " + std::to_string(limits.vocab_size - 1), "the model's own tokenizer");
    }
  }
}

// Longest first: the first batch shows whether memory suffices. Equal lengths keep their order.
std::vector<int64_t> ByLength(const std::vector<Ids>& sources) {
  std::vector<int64_t> order(sources.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return sources[a].size() > sources[b].size(); });
  return order;
}

std::vector<GenerationOutput> Search(SearchBatch batch) {
  if (batch.config.num_beams == 1) return TokenSearch(std::move(batch));
  return BeamSearch(std::move(batch));
}

}  // namespace

ModelLimits LimitsOf(const models::Model& model) {
  ModelLimits limits{model.vocab_size(), model.is_encoder_decoder(), std::nullopt};
  limits.has_position_table = model.is_encoder_decoder();  // decoder-only families are rotary
  const auto positions = model.config().find("max_position_embeddings");
  if (positions != model.config().end() && positions->is_number_integer()) {
    limits.max_position_embeddings = positions->get<int64_t>();
  }
  return limits;
}

std::vector<GenerationOutput> Generate(models::Model& model, const std::vector<Ids>& sources,
                                       const GenerationConfig& config,
                                       const GenerationOptions& options) {
  PLUMBLINE_CHECK(options.batch_size > 0);
  PLUMBLINE_CHECK(options.names.empty() || options.names.size() == sources.size());
  const ModelLimits limits = LimitsOf(model);
  Validate(config, limits);
  RequireSources(sources, limits);
  const c10::InferenceMode inference;
  const std::vector<int64_t> order = ByLength(sources);
  std::vector<GenerationOutput> outputs(sources.size());
  for (size_t begin = 0; begin < order.size(); begin += options.batch_size) {
    const size_t end = std::min(order.size(), begin + options.batch_size);
    const std::span<const int64_t> numbers = std::span(order).subspan(begin, end - begin);
    auto found = Search(MakeBatch(model, config, options, sources, numbers));
    for (size_t i = begin; i < end; ++i) outputs[order[i]] = std::move(found[i - begin]);
    if (options.on_progress) options.on_progress(static_cast<int64_t>(end));
  }
  return outputs;
}

}  // namespace plumbline::eval
