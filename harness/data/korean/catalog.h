// All frames, parsed and checked once. An embedded frame with a mistake is an internal error with
// its messages.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_CATALOG_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_CATALOG_H_

#include <string_view>
#include <vector>

#include "harness/data/korean/frame.h"

namespace plumbline::data::korean {

// In the order of their file names: T01, T02, ...
const std::vector<Frame>& Frames();

// The shared small talk of a kind of situation ("service", "friend", ...): blocks whose A is
// whoever begins. nullptr when there is none.
const Frame* FindTalk(std::string_view talk);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_CATALOG_H_
