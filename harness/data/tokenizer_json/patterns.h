// The patterns that normalizers, pre-tokenizers and decoders search for: a text, or one of the
// regular expressions of the supported families, each scanned by hand-written code. Their
// look-ahead and Unicode classes rule out the common engines; an unknown expression is refused.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_PATTERNS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_PATTERNS_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/data/tokenizer_json/aligned_text.h"
#include "harness/data/tokenizer_json/json_node.h"

namespace plumbline::data::tokenizer_json {

class Pattern {
 public:
  // End of the match that begins exactly at `begin` of valid UTF-8, or `begin` for none.
  using Scanner = size_t (*)(std::string_view text, size_t begin);

  // {"String": "..."} or {"Regex": "..."}. Errors: kModel for an unknown expression.
  explicit Pattern(const JsonNode& node);
  explicit Pattern(std::string_view literal) : literal_(literal) {}
  explicit Pattern(Scanner scanner) : scanner_(scanner) {}

  // Matches and the stretches between them, in order, covering `text`.
  std::vector<Match> Search(std::string_view text) const;

 private:
  std::string literal_;
  Scanner scanner_ = nullptr;
};

// The expression of GPT-2, which ByteLevel uses by itself.
size_t ScanGpt2(std::string_view text, size_t begin);

// What a split does with its matches.
enum class SplitBehavior { kRemoved, kIsolated, kMergedWithPrevious, kMergedWithNext, kContiguous };

// The pieces that remain of a text after a split; none is empty unless the text is.
std::vector<Match> Cut(const std::vector<Match>& matches, SplitBehavior behavior);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_PATTERNS_H_
