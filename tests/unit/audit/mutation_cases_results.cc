#include "tests/unit/audit/mutation_cases.h"

namespace plumbline::audit {
namespace {

Reading& At(Evidence& run, size_t evaluation, const char* name) {
  return run.evaluations[evaluation].values[name];
}

// Scores of an echo that is scored with an ASCII tokenizer, but for one figure.
void Echo(Evidence& run, const char* rouge1) {
  run.model = "meta/llama-3";
  At(run, 0, "eval_rouge1") = ReadingOf(rouge1, "r1");
  At(run, 0, "eval_rouge2") = ReadingOf("0.0735", "r2");
  At(run, 0, "eval_rougeL") = ReadingOf("0.1097", "rl");
}

void EvalTimes(Evidence& run, const char* first, const char* second) {
  At(run, 0, "eval_runtime") = ReadingOf(first, "t");
  At(run, 1, "eval_runtime") = ReadingOf(second, "t");
}

std::vector<Mutation> Checkpoints() {
  return {
      {"ckp-best-not-served", "Cadence", "is no multiple of",
       [](Study& s, const char* v) {
         Set(s.runs[1], "training.eval_strategy", "steps");
         Set(s.runs[1], "training.save_strategy", "steps");
         Set(s.runs[1], "training.eval_steps", "10");
         Set(s.runs[1], "training.save_steps", v);
       },
       "20", nullptr, "22"},
      {"ckp-early-stop-units", "Half", "of the run came after it",
       [](Study& s, const char* v) { Fact(s.runs[1], "best_step", v); }, "250", nullptr, "248"},
      {"ckp-resume-inflates-metrics", "Half", "far below the smallest",
       [](Study& s, const char* v) {
         for (Point& point : s.runs[1].log) point.values["loss"] = ReadingOf("1.000", "loss");
         Final(s.runs[1], "train_loss", v);
       },
       "0.500", nullptr, "0.498"},
      {"gen-prompt-echo", "Equal", "prompt echo",
       [](Study& s, const char* v) { Echo(s.runs[1], v); }, "0.1099", nullptr, "0.1097"},
      {"gen-runaway-length", "Threefold", "s a sample",
       [](Study& s, const char* v) { EvalTimes(s.runs[1], "20.00", v); }, "60.00", nullptr, "60.02"},
      {"gen-eval-time-unstable", "Half", "times",
       [](Study& s, const char* v) { EvalTimes(s.runs[1], "20.00", v); }, "30.00", "30.01", "30.02"},
  };
}

std::vector<Mutation> Measurements() {
  return {
      {"met-r1-equals-rl", "Equal", "equals ROUGE-L",
       [](Study& s, const char* v) { Echo(s.runs[1], v); }, "0.1099", nullptr, "0.1098"},
      {"met-delta-within-noise", "Error", "no direction",
       [](Study& s, const char* v) {  // 0.15 / sqrt(499) = 0.00671
         At(s.runs[1], 0, "eval_rouge1") = ReadingOf("0.4300", "r1");
         At(s.runs[1], 1, "eval_rouge1") = ReadingOf(v, "r1");
       },
       "0.4369", "0.4368", "0.4367"},
      {"met-loss-vs-generation", "ThreePercent", "the score falls",
       [](Study& s, const char* v) {
         At(s.runs[1], 0, "eval_loss") = ReadingOf("1.0000", "loss");
         At(s.runs[1], 1, "eval_loss") = ReadingOf(v, "loss");
         At(s.runs[1], 1, "eval_rouge1") = ReadingOf("0.3000", "r1");
       },
       "0.9701", nullptr, "0.9699"},
      {"met-baseline-unverified", "Known", "contradicts",
       [](Study& s, const char* v) {  // the authors' 0.236745
         s.runs[1].model = "csebuetnlp/mT5_multilingual_XLSum";
         Claimed(s.runs[1], "expected_rouge1", v);
       },
       "0.2367", nullptr, "0.2369"},
      {"msr-throughput-includes-eval", "Tenth", "evaluation is",
       [](Study& s, const char* v) { EvalTimes(s.runs[1], v, v); }, "54.0", nullptr, "54.2"},
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
      {"msr-cost-unexplained", "Floor", "is below the measured training",
       [](Study& s, const char* v) {  // 1080 - 2 * 4
         Claimed(s.runs[1], "projected_s", v, "1080 s");
       },
       "1072", nullptr, "1070"},
      {"msr-padding-counted", "Tenth", "tokens were counted",
       [](Study& s, const char* v) {  // 1000 tokens and this padding
         const int padding = static_cast<int>(ParseDecimal(v)->value);
         s.runs[1].documents.ledger = {{"observed",
                                        {{"processed_tokens", 1000 + padding},
                                         {"padding_tokens", padding},
                                         {"target_tokens", 400}}}};
       },
       "100", nullptr, "102"},
  };
}

}  // namespace

std::vector<Mutation> ResultMutations() {
  std::vector<Mutation> all = Checkpoints();
  for (Mutation& mutation : Measurements()) all.push_back(std::move(mutation));
  return all;
}

std::vector<Mutation> AllMutations() {
  std::vector<Mutation> all = TraceMutations();
  for (Mutation& mutation : ResultMutations()) all.push_back(std::move(mutation));
  return all;
}

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

}  // namespace plumbline::audit
