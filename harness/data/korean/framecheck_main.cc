// Checks a frame file and shows what it makes: framecheck FILE.frame [--preview N] [--seed S]
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/number.h"
#include "harness/data/korean/frame_check.h"
#include "harness/data/korean/frame_facts.h"
#include "harness/data/korean/frame_parser.h"
#include "harness/data/korean/item.h"

namespace plumbline::data::korean {
namespace {

constexpr int kMaxTries = 50;  // draws until a request can be met

// Requests of all kinds, roughly in the shares of the data set.
ItemRequest AnyRequest(const Frame& frame, SplitMix64& random) {
  ItemRequest request;
  request.frame = &frame;
  request.num_turns = 6 + static_cast<int>(random.Below(4) + random.Below(4));
  request.num_sentences = 1 + static_cast<int>(random.Below(2));
  request.correction = static_cast<CorrectionKind>(random.Below(4));
  request.rejected_last = random.Below(3) == 0;
  request.num_distractors = static_cast<int>(random.Below(3));
  request.opener = random.Below(2) == 0 ? 'A' : 'B';
  if (!frame.pool.empty() && random.Below(3) == 0)
    request.num_persons = 3 + static_cast<int>(random.Below(2));
  return request;
}

void Print(const Item& item) {
  std::cout << "\n--- " << item.topic << " [" << item.correction << "; " << item.paraphrase << "]\n"
            << item.dialogue << "\n=> " << item.summary << "\n";
  for (const std::string& summary : item.more_summaries) std::cout << "   " << summary << "\n";
}

void Preview(const Frame& frame, int64_t count, uint64_t seed) {
  SplitMix64 random(seed);
  for (int64_t shown = 0; shown < count; ++shown) {
    const ItemRequest request = AnyRequest(frame, random);
    for (int attempt = 0; attempt < kMaxTries; ++attempt) {
      const auto item = MakeItem(
          request, [](const std::string&) { return true; }, random);
      if (!item.has_value()) continue;
      Print(*item);
      break;
    }
  }
}

int Run(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "--help") {
    std::cout << "framecheck FILE.frame [--preview N] [--seed S]\n";
    return words.empty() ? 2 : 0;
  }
  int64_t count = 0;
  uint64_t seed = 1;
  for (size_t i = 1; i + 1 < words.size(); i += 2) {
    const auto number = ParseInt(words[i + 1]);
    if (!number.has_value())
      Fail(ErrorKind::kUsage, "reading the command line", Quoted(words[i + 1]), "a number",
           "framecheck --help");
    if (words[i] == "--preview") count = *number;
    if (words[i] == "--seed") seed = static_cast<uint64_t>(*number);
  }
  ParsedFrame parsed = ParseFrame(ReadFile(words[0]), words[0]);
  for (std::string& error : DeriveFacts(parsed.frame, words[0]))
    parsed.errors.push_back(std::move(error));
  if (parsed.errors.empty()) {
    FrameFindings findings = CheckFrame(parsed.frame, words[0]);
    parsed.errors = std::move(findings.errors);
    for (const std::string& warning : findings.warnings) std::cout << "warning " << warning << "\n";
  }
  for (const std::string& error : parsed.errors) std::cout << "ERROR " << error << "\n";
  std::cout << (parsed.errors.empty() ? "OK" : "NOT OK") << "\n";
  if (!parsed.errors.empty()) return 2;
  Preview(parsed.frame, count, seed);
  return 0;
}

int Main(int argc, char** argv) {
  try {
    return Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
    return ExitStatusOf(error.kind());
  }
}

}  // namespace
}  // namespace plumbline::data::korean

int main(int argc, char** argv) { return plumbline::data::korean::Main(argc, argv); }
