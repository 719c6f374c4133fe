// One figure of a true report moved by two units of its last printed digit flips the verdict; the
// figure itself, and one unit where intervals still touch, do not.
#include <gtest/gtest.h>

#include "tests/unit/audit/tier1_cases.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

struct Mutation {
  const char* rule;
  const char* name;
  const char* part;  // of the sentence that appears
  std::function<void(Study&, const char*)> state;
  const char* figure;
  const char* one_off;  // nullptr: one unit is decided as two are, as the figure is a count
  const char* two_off;
};

// Two runs of MakeTrace, the second ten times as long: 108 s and 1080 s.
Study TwoRuns() {
  Evidence fast = MakeTrace({});
  Evidence slow = MakeTrace({});
  fast.name = "fast";
  slow.name = "slow";
  Final(slow, "train_runtime", "1080.0");
  Final(slow, "train_samples_per_second", "4.630");
  Final(slow, "train_steps_per_second", "0.463");
  return {"study", {fast, slow}};
}

void Shape(Evidence& run) {
  run.model = "org/Llama-3.2-Korean-3B";
  Set(run, "lora.r", "16");
  Set(run, "lora.target_modules", "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj");
}

const std::vector<Mutation>& Mutations() {
  static const std::vector<Mutation> kMutations = {
      {"cfg-effective-batch-mismatch", "Batch", "is refuted",
       [](Study& s, const char* v) { Claimed(s.runs[1], "effective_batch", v); }, "10", nullptr, "12"},
      {"msr-summary-stat-wrong", "Steps", "no optimizer-step plan",
       [](Study& s, const char* v) { Claimed(s.runs[1], "steps_total", v); }, "500", nullptr, "502"},
      {"msr-summary-stat-wrong", "Ratio", "in training time is",
       [](Study& s, const char* v) { Claimed(s.runs[1], "time_ratio_train", v, "fast"); }, "10.0",
       nullptr, "10.2"},
      {"msr-summary-stat-wrong", "Lowest", "were printed",
       [](Study& s, const char* v) {
         s.runs[1].log.resize(1);
         s.runs[1].log[0].values["loss"] = ReadingOf("1.2345", "loss");
         Claimed(s.runs[1], "loss_lowest", v);
       },
       "1.2345", "1.2346", "1.2347"},
      {"adp-param-count-mismatch", "Lora", "trainable parameters",
       [](Study& s, const char* v) {
         Shape(s.runs[1]);
         Fact(s.runs[1], "trainable_params", v);
       },
       "24313856", nullptr, "24313858"},
      {"opt-lr-never-decays", "Target", "reached its target",
       [](Study& s, const char* v) {
         TraceOptions o;
         o.warmup = 500;
         o.rate_decimals = 12;
         s.runs[1] = MakeTrace(o);
         Set(s.runs[1], "training.warmup_ratio", "0.1");
         Claimed(s.runs[1], "lr_target", v);
       },
       "2.000e-05", nullptr, "2.002e-05"},
  };
  return kMutations;
}

std::string Said(const Mutation& mutation, const char* figure) {
  Study study = TwoRuns();
  mutation.state(study, figure);
  for (const Finding& finding : audit::Said(Judge(mutation.rule, study, 1))) {
    if (English(finding).find(mutation.part) != std::string::npos) return English(finding);
  }
  return "";
}

TEST(TwoUlp, AFigureMovedByTwoUnitsFlipsTheVerdict) {
  for (const Mutation& mutation : Mutations()) {
    SCOPED_TRACE(std::string(mutation.rule) + " " + mutation.name);
    EXPECT_EQ(Said(mutation, mutation.figure), "");
    if (mutation.one_off != nullptr) {
      EXPECT_EQ(Said(mutation, mutation.one_off), "");
    }
    EXPECT_NE(Said(mutation, mutation.two_off), "");
  }
}

}  // namespace
}  // namespace plumbline::audit
