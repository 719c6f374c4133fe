// Reads the frame format (frames/README.md). It reports every mistake with its line, so that a
// writer sees them all.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_PARSER_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_PARSER_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/data/korean/frame.h"

namespace plumbline::data::korean {

struct ParsedFrame {
  Frame frame;
  std::vector<std::string> errors;  // "<source>:<line>: <what>"; empty: the frame may be used
};

// Parses `text`; `source` names it in messages. Syntax only: CheckFrame (frame_check.h) judges the
// content.
ParsedFrame ParseFrame(std::string_view text, std::string_view source);

// Turns of consecutive lines "<role> <text>", as in blocks; shared with the phrase files.
// Pieces of `text` between separators, trimmed; empty pieces are dropped.
std::vector<std::string> SplitList(std::string_view text, char separator);
std::string Trimmed(std::string_view text);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_FRAME_PARSER_H_
