// kill -9 at random moments of a run - while it starts, trains, writes a checkpoint, removes an old
// one, evaluates, saves the end - and resume, until it is done: no checkpoint is ever lost or
// unreadable, and the end is bitwise that of the run nobody killed. Full fine-tuning and LoRA,
// dropout on.
//
// PLUMBLINE_KILLS: how many in all (10 by default), PLUMBLINE_KILLS_SEED: of the moments (1).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "harness/base/random.h"
#include "harness/train/checkpoint_directory.h"
#include "tests/e2e/incident/miniature.h"

namespace plumbline::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kSteps = 40;  // 5 epochs of 16 rows by twos
constexpr int64_t kSaveSteps = 4;
constexpr int64_t kCheckpointsKept = 2;
constexpr int64_t kDefaultKills = 10;
const std::string kFirstStep = "\ntrain ";  // how the progress of a session begins

struct Method {
  const char* name;
  const char* settings;  // beside those of every run here
  const char* weights;   // the file that holds what was trained
};

constexpr Method kMethods[] = {
    {"full", "", "model.safetensors"},
    {"lora",
     "training.load_best_model_at_end=true lora.r=2 lora.dropout=0.2 "
     "lora.target_modules=all-linear",
     "adapter_model.safetensors"},
};

int64_t Variable(const char* name, int64_t value) {
  const char* text = std::getenv(name);
  return text == nullptr ? value : ParseInt(text).value();
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// The steps of entries named PREFIX<step>SUFFIX, ascending.
std::vector<int64_t> StepsOf(const fs::path& out, const std::string& prefix,
                             const std::string& suffix) {
  std::vector<int64_t> steps;
  if (!fs::is_directory(out)) return steps;
  for (const auto& entry : fs::directory_iterator(out)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    const auto step = ParseInt(
        std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
    if (step) steps.push_back(*step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

class Kills : public ::testing::TestWithParam<Method> {
 protected:
  Kills() {
    const fs::path base = mini_.path() / "base";
    fs::create_directory(base);
    Json config = ReadJsonFile(Runfile("tests/golden/bart/single/config.json"));
    config["dropout"] = 0.1;  // the generator's state must come back too
    WriteJsonFile(base / "config.json", config);
    for (const char* name : {"generation_config.json", "model.safetensors"})
      WriteFileAtomic(base / name, ReadFile(Runfile("tests/golden/bart/single") / name));
  }

  // Starts a session of the run in `out`; what it says goes to `said_`.
  pid_t Start(const fs::path& out, const std::optional<fs::path>& checkpoint) {
    fs::remove(said_);
    std::vector<std::string> words = {Runfile("harness/cli/plumbline-engine").string(), "run",
                                      (mini_.path() / "mini.suite.yaml").string(), "--out",
                                      out.string()};
    const std::string settings =
        "model.path=" + (mini_.path() / "base").string() +
        " data.train=" + (mini_.path() / "train.jsonl").string() +
        " data.validation=" + (mini_.path() / "validation.jsonl").string() +
        " training.num_train_epochs=5 training.logging_steps=1 training.eval_steps=4 "
        "training.save_steps=" +
        std::to_string(kSaveSteps) +
        " training.save_total_limit=" + std::to_string(kCheckpointsKept) + " " +
        GetParam().settings;
    for (const std::string& setting : Words(settings))
      words.insert(words.end(), {"--set", setting});
    if (checkpoint) words.insert(words.end(), {"--resume", checkpoint->string()});
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int said = ::open(said_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(said, STDOUT_FILENO);
    ::dup2(said, STDERR_FILENO);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }

  // Until the session has done its first step, or has ended.
  void AwaitFirstStep(pid_t child) const {
    for (;;) {
      siginfo_t ended{};
      ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
      if (ended.si_pid != 0 ||
          (fs::exists(said_) && ReadFile(said_).find(kFirstStep) != std::string::npos))
        return;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  // Half of the times anywhere in a session, half between its first step and its end.
  void KillSomewhere(pid_t child) {
    const bool in_training = moments_.Below(2) == 1;
    if (in_training) AwaitFirstStep(child);
    const double span_s = in_training ? training_s_ : whole_s_;
    std::this_thread::sleep_for(std::chrono::duration<double>(moments_.Unit() * span_s));
    ::kill(child, SIGKILL);
  }

  // The run that nobody kills, and how long it takes.
  void RunWhole(const fs::path& out) {
    const double start_s = MonotonicSeconds();
    const pid_t child = Start(out, std::nullopt);
    AwaitFirstStep(child);
    const double first_s = MonotonicSeconds();
    ASSERT_EQ(Wait(child), 0) << ReadFile(said_);
    training_s_ = MonotonicSeconds() - first_s;
    whole_s_ = MonotonicSeconds() - start_s;
  }

  // Exit status, or minus the signal.
  static int Wait(pid_t child) {
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  // What the directory holds at a moment nobody chose. Returns where in the run that was.
  std::string Inspect(const fs::path& out) {
    for (const int64_t step : StepsOf(out, "checkpoint-", "")) {
      const fs::path checkpoint = out / train::CheckpointName(step);
      EXPECT_EQ(train::DefectOf(checkpoint), "") << checkpoint;
    }
    const auto last = train::FindLastCheckpoint(out);
    const int64_t newest = last ? StepsOf(out, "checkpoint-", "").back() : 0;
    EXPECT_GE(newest, newest_) << "a checkpoint that was there is gone";
    // Before it was killed the run had gone no further than the checkpoint it was writing.
    const std::vector<int64_t> unfinished = StepsOf(out, ".checkpoint-", ".tmp");
    if (!unfinished.empty()) {
      EXPECT_LE(unfinished.back() - newest, kSaveSteps);
    }
    newest_ = newest;
    if (!unfinished.empty()) return "at a checkpoint";
    if (newest == kSteps) return "after the last step";
    return ReadFile(said_).find(kFirstStep) == std::string::npos ? "before its first step"
                                                                 : "between checkpoints";
  }

  // The resumed session does the step after the checkpoint first, and none before it.
  void ExpectGoesOnFrom(int64_t step) const {
    const std::string said = ReadFile(said_);
    const size_t first = said.find(kFirstStep);
    if (first == std::string::npos) return;  // killed before, or nothing left to do
    EXPECT_EQ(said.substr(first, said.find('/', first) - first),
              kFirstStep + std::to_string(step + 1))
        << said;
  }

  // One run from nothing to its end, with up to `left` kills.
  void RunToTheEnd(const fs::path& out, int64_t& left) {
    newest_ = 0;
    for (;;) {
      const auto last = train::FindLastCheckpoint(out);
      const int64_t from = newest_;
      const pid_t child = Start(out, last);
      if (left > 0) KillSomewhere(child);
      const int status = Wait(child);
      ExpectGoesOnFrom(from);
      if (status != -SIGKILL) {
        ASSERT_EQ(status, 0) << ReadFile(said_);
        return;
      }
      --left;
      ++moments_seen_[Inspect(out)];
      if (HasFailure()) return;
    }
  }

  // Every figure of the log but times, in order.
  static Json Curve(const fs::path& out) {
    Json curve = Json::array();
    const Json state = ReadJsonFile(out / "trainer_state.json");
    for (Json row : state.at("log_history")) {
      for (const char* time :
           {"eval_runtime", "eval_samples_per_second", "eval_steps_per_second", "train_runtime",
            "train_samples_per_second", "train_steps_per_second"})
        row.erase(time);
      curve.push_back(row);
    }
    return curve;
  }

  static Json Work(const fs::path& out) {
    Json work = ReadJsonFile(out / "ledger.json").at("observed");
    for (const char* memory : {"allocation_count", "allocation_bytes", "peak_bytes"})
      work.erase(memory);
    return work;
  }

  void ExpectTheSameEnd(const fs::path& found, const fs::path& wanted) const {
    EXPECT_EQ(Curve(found), Curve(wanted));
    EXPECT_EQ(Work(found), Work(wanted));
    for (const char* name : {GetParam().weights, "predictions.jsonl"})
      EXPECT_TRUE(ReadFile(found / name) == ReadFile(wanted / name)) << name;
    std::vector<std::string> leftovers;
    for (const auto& entry : fs::recursive_directory_iterator(found))
      if (entry.path().filename().string().find(".tmp") != std::string::npos)
        leftovers.push_back(entry.path());
    EXPECT_THAT(leftovers, IsEmpty());
    EXPECT_LE(std::ssize(StepsOf(found, "checkpoint-", "")), kCheckpointsKept);
  }

  Miniature mini_;
  const fs::path said_ = mini_.path() / "said.txt";
  SplitMix64 moments_ =
      NamedStream(static_cast<uint64_t>(Variable("PLUMBLINE_KILLS_SEED", 1)), GetParam().name);
  double whole_s_ = 0;     // of the run that nobody kills
  double training_s_ = 0;  // of it, from the first step on
  int64_t newest_ = 0;
  std::map<std::string, int64_t> moments_seen_;
};

TEST_P(Kills, NoneLosesMoreThanTheStepsSinceTheLastCheckpointAndAllEndTheSame) {
  const fs::path whole = mini_.path() / "whole";
  const double start_s = MonotonicSeconds();
  RunWhole(whole);
  ASSERT_EQ(Curve(whole).at(0).at("step"), 1);
  const int64_t kills = (Variable("PLUMBLINE_KILLS", kDefaultKills) + 1) / 2;
  int64_t left = kills, runs = 0;
  while (left > 0 && !HasFailure()) {
    const fs::path out = mini_.path() / "killed";
    fs::remove_all(out);
    RunToTheEnd(out, left);
    if (HasFailure()) break;
    ExpectTheSameEnd(out, whole);
    ++runs;
  }
  std::string where;
  for (const auto& [moment, count] : moments_seen_)
    where += ", " + std::to_string(count) + " " + moment;
  std::printf("[  kills   ] %s: %lld in %lld runs of %.2f s%s; %.0f s in all\n", GetParam().name,
              static_cast<long long>(kills - left), static_cast<long long>(runs), whole_s_,
              where.c_str(), MonotonicSeconds() - start_s);
}

INSTANTIATE_TEST_SUITE_P(Methods, Kills, ::testing::ValuesIn(kMethods),
                         [](const auto& method) { return std::string(method.param.name); });

}  // namespace
}  // namespace plumbline::testing
