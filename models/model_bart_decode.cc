#include "harness/base/error.h"
#include "models/model_bart.h"

namespace plumbline::models {

std::unique_ptr<Decoder> BartModel::StartDecoding(const std::vector<std::vector<int64_t>>& sources, int64_t beams,
                                                  int64_t max_length) {
  throw Error(ErrorKind::kInternal, "decoding " + std::to_string(sources.size()) + " items with " +
                                        std::to_string(beams) + " beams for " + std::to_string(max_length) +
                                        " steps: found a build without BART decoding, wanted one with it; "
                                        "try the next build");
}

}  // namespace plumbline::models
