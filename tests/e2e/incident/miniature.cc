#include "tests/e2e/incident/miniature.h"

#include <cstdlib>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/random.h"
#include "harness/suite/process.h"

namespace plumbline::testing {
namespace {

constexpr int kTrainRows = 16;
constexpr int kValidationRows = 4;

// Ids 4 and up are ordinary tokens in the golden checkpoints; 1 is their end of sequence.
Json Row(const std::string& fname, SplitMix64& draw) {
  Json input_ids = Json::array(), labels = Json::array();
  const uint64_t source = 5 + draw.Below(6), target = 3 + draw.Below(4);
  for (uint64_t i = 0; i < source; ++i) input_ids.push_back(4 + draw.Below(60));
  for (uint64_t i = 0; i < target; ++i) labels.push_back(4 + draw.Below(60));
  labels.push_back(1);
  return {{"fname", fname}, {"input_ids", input_ids}, {"labels", labels}};
}

std::string Rows(const std::string& split, int count) {
  SplitMix64 draw = NamedStream(7, split);
  std::string lines;
  for (int i = 0; i < count; ++i) lines += Row(split + "_" + std::to_string(i), draw).dump() + "\n";
  return lines;
}

}  // namespace

std::filesystem::path Runfile(const std::string& name) {
  const char* root = std::getenv("TEST_SRCDIR");
  PLUMBLINE_CHECK(root != nullptr);
  return std::filesystem::path(root) / "plumbline" / name;
}

std::string DataLines(const Json& rows) {
  std::string lines;
  int number = 0;
  for (const Json& row : rows) {
    lines += Json({{"fname", "row" + std::to_string(number++)},
                   {"input_ids", row.at("input_ids")},
                   {"labels", row.at("labels")}})
                 .dump() +
             "\n";
  }
  return lines;
}

Miniature::Miniature() {
  std::filesystem::create_directory(directory_ / "presets");
  std::filesystem::create_directory(directory_ / "baselines");
  WriteFile("train.jsonl", Rows("train", kTrainRows));
  WriteFile("validation.jsonl", Rows("validation", kValidationRows));
  ::setenv("PLUMBLINE_PRESETS", (directory_ / "presets").c_str(), 1);
  ::setenv("PLUMBLINE_ROOT", Runfile("").c_str(), 1);
  WritePreset("gradient_accumulation_steps: 1");
  WriteSuite("");
}

void Miniature::WritePreset(const std::string& accumulation) {
  WriteFile("presets/mini.yaml", "model:\n  type: bart\n  path: " + Runfile("tests/golden/bart/single").string() +
                                     "\ntraining:\n  per_device_train_batch_size: 2\n" +
                                     (accumulation.empty() ? "" : "  " + accumulation + "\n") +
                                     "  num_train_epochs: 1\n  learning_rate: 1e-3\n");
}

void Miniature::WriteSuite(const std::string& lines) {
  WriteFile("mini.suite.yaml", "model:\n  preset: mini\ndata:\n  train: train.jsonl\n  validation: validation.jsonl\n"
                               "generation:\n  max_new_tokens: 6\nruntime:\n  threads: 1\n"
                               "  throughput_repetitions: 0\n" + lines);
}

void Miniature::WriteFile(const std::string& name, const std::string& text) {
  WriteFileAtomic(directory_ / name, text);
}

suite::Suite Miniature::Suite() const {
  return {.name = "mini",
          .config = directory_ / "mini.suite.yaml",
          .baselines = directory_ / "baselines",
          .engine = Runfile("harness/cli/plumbline-engine"),
          .resume = {}};
}

void Miniature::Accept() {
  const std::filesystem::path work = directory_ / "accept";
  std::filesystem::remove_all(work);
  std::filesystem::create_directory(work);
  suite::Accept(Suite(), work, "the miniature as it is meant");
}

check::Comparison Miniature::Check(const suite::Suite& suite) {
  last_ = directory_ / ("check" + std::to_string(num_checks_++));
  std::filesystem::create_directory(last_);
  return suite::Check(suite, {.work = last_, .outputs = last_ / "outputs", .junit = last_ / "junit.xml"});
}

int Miniature::Plumbline(const std::string& words) const {
  const std::string command =
      "cd " + path().string() + " && PLUMBLINE_ENGINE=" + Runfile("harness/cli/plumbline-engine").string() + " " +
      Runfile("harness/cli/plumbline").string() + " " + words + " > out.txt 2> err.txt";
  return suite::RunProcess({"/bin/sh", "-c", command});
}

int Miniature::Run(const std::vector<std::string>& words) const {
  std::vector<std::string> all = {Runfile("harness/cli/plumbline-engine").string()};
  all.insert(all.end(), words.begin(), words.end());
  return suite::RunProcess(all);
}

}  // namespace plumbline::testing
