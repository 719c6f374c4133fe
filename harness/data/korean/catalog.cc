#include "harness/data/korean/catalog.h"

#include <algorithm>
#include <string>

#include "harness/base/error.h"
#include "harness/data/korean/embedded_texts.h"
#include "harness/data/korean/frame_facts.h"
#include "harness/data/korean/frame_parser.h"

namespace plumbline::data::korean {
namespace {

Frame ReadFrame(const EmbeddedText& text) {
  ParsedFrame parsed = ParseFrame(text.text, text.name);
  for (std::string& error : DeriveFacts(parsed.frame, text.name))
    parsed.errors.push_back(std::move(error));
  if (!parsed.errors.empty()) {
    Fail(ErrorKind::kInternal, "reading the frames", parsed.errors.front(),
         "a frame without mistakes", "run framecheck on the file");
  }
  return std::move(parsed.frame);
}

std::vector<Frame> ReadAll(std::string_view folder, std::string_view extension) {
  std::vector<Frame> frames;
  for (const EmbeddedText& text : EmbeddedTexts()) {
    if (text.name.starts_with(folder) && text.name.ends_with(extension))
      frames.push_back(ReadFrame(text));
  }
  return frames;
}

}  // namespace

const std::vector<Frame>& Frames() {
  static const std::vector<Frame> frames = ReadAll("frames/", ".frame");
  return frames;
}

const Frame* FindTalk(std::string_view talk) {
  static const std::vector<Frame> talks = ReadAll("shared/", ".frame");
  const auto found = std::find_if(talks.begin(), talks.end(),
                                  [talk](const Frame& frame) { return frame.id == talk; });
  return found == talks.end() ? nullptr : &*found;
}

}  // namespace plumbline::data::korean
