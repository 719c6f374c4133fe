// Which facts the parts of a frame state: filled in after parsing, once all slots are known.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_FACTS_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_FACTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/data/korean/frame.h"

namespace plumbline::data::korean {

// Sets Turn::facts, Block::facts and the facts and conditions of the summary patterns. Returns
// mistakes, each as
// "<source>:<line>: <what>": unknown slots, forms, particles and blocks; a fact missing in some
// wording.
std::vector<std::string> DeriveFacts(Frame& frame, std::string_view source);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_FACTS_H_
