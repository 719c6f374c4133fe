#include "harness/measure/inputs.h"

#include <algorithm>
#include <limits>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "harness/base/random.h"
#include "harness/data/dataset.h"

namespace plumbline::measure {
namespace {

int64_t DrawLength(const LengthRange& range, SplitMix64& draw) {
  const auto choices = static_cast<uint64_t>(range.most - range.least + 1);
  return range.least + static_cast<int64_t>(draw.Below(choices));
}

std::vector<int64_t> OrdinaryIds(const InputOptions& options) {
  std::vector<int64_t> ids;
  for (int64_t id = 0; id < options.vocab_size; ++id) {
    if (std::ranges::find(options.reserved, id) == options.reserved.end()) ids.push_back(id);
  }
  if (ids.empty()) {
    Fail(ErrorKind::kUsage, "drawing ids for the measurement",
         "a vocabulary of " + std::to_string(options.vocab_size) + " with nothing but special ids",
         "an ordinary id", "another --model");
  }
  return ids;
}

std::vector<int64_t> DrawIds(const std::vector<int64_t>& ordinary, int64_t count,
                             SplitMix64& draw) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < count; ++i) ids.push_back(ordinary[draw.Below(ordinary.size())]);
  return ids;
}

}  // namespace

LengthRange LengthRangeFrom(std::string_view text, const std::string& flag) {
  const size_t colon = text.find(':');
  const auto least = ParseInt(text.substr(0, colon));
  const auto most =
      colon == std::string_view::npos ? least : ParseInt(text.substr(colon + 1));
  if (least && most && *least >= 1 && *least <= *most) return {*least, *most};
  Fail(ErrorKind::kUsage, flag, Quoted(text), "a length or LEAST:MOST in tokens, 1 or more",
       flag + " 64:256");
}

std::vector<data::TokenizedRow> MakeInputs(const InputOptions& options) {
  const std::vector<int64_t> ordinary = OrdinaryIds(options);
  std::vector<data::TokenizedRow> rows;
  for (int64_t i = 0; i < options.rows; ++i) {
    data::TokenizedRow row;
    row.fname = "bench-" + std::to_string(i);
    row.row = i;
    SplitMix64 draw = NamedStream(options.seed, row.fname);
    const int64_t source = DrawLength(options.source, draw);
    const int64_t target = DrawLength(options.target, draw);
    row.input_ids = DrawIds(ordinary, source, draw);
    row.labels = DrawIds(ordinary, target - 1, draw);
    row.labels.push_back(options.end_id);
    rows.push_back(std::move(row));
  }
  return rows;
}

void WriteInputs(const std::filesystem::path& path, const std::vector<data::TokenizedRow>& rows) {
  std::string lines;
  for (const data::TokenizedRow& row : rows) {
    lines += Json{{"fname", row.fname}, {"input_ids", row.input_ids}, {"labels", row.labels}}
                 .dump() +
             "\n";
  }
  WriteFileAtomic(path, lines);
}

std::vector<data::TokenizedRow> ReadInputs(const std::filesystem::path& path, int64_t vocab_size) {
  const data::Dataset dataset = data::LoadDataset(path, {});
  constexpr int64_t kAnyLength = std::numeric_limits<int64_t>::max();
  std::vector<data::TokenizedRow> rows =
      data::TokenizeExamples(dataset.examples, nullptr, {kAnyLength, kAnyLength}).rows;
  for (const data::TokenizedRow& row : rows) {
    for (const std::vector<int64_t>* ids : {&row.input_ids, &row.labels}) {
      const auto odd = std::ranges::find_if(
          *ids, [&](int64_t id) { return id < 0 || id >= vocab_size; });
      if (odd == ids->end()) continue;
      Fail(ErrorKind::kUsage, "row " + Quoted(row.fname) + " of " + Quoted(path.string()),
           "the id " + std::to_string(*odd),
           "ids of the model, below " + std::to_string(vocab_size), "the --model it was made for");
    }
  }
  return rows;
}

}  // namespace plumbline::measure
