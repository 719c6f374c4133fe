// Judges a frame's content: variety, completeness, speech levels, spelling. framecheck prints what
// it finds; the catalogue test demands that it finds no error.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_CHECK_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/data/korean/frame.h"

namespace plumbline::data::korean {

struct FrameFindings {
  std::vector<std::string> errors;  // "<source>:<line>: <what>"
  std::vector<std::string> warnings;
  double mean_words = 0;         // per line of the blocks
  int64_t num_combinations = 0;  // of fact values
};

// The frame must have gone through DeriveFacts.
FrameFindings CheckFrame(const Frame& frame, std::string_view source);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_CHECK_H_
