#include "tests/unit/audit/tier1_cases.h"

#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {

void Claimed(Evidence& run, const char* quantity, const char* value, const char* base) {
  run.claims.push_back({quantity, ParseDecimal(value)->Printed(), value, base, {}, {"r.md", "", 1}});
}

void Final(Evidence& run, const char* name, const char* value) {
  run.final[name] = ReadingOf(value, name);
}

void Fact(Evidence& run, const char* name, const char* value) {
  run.facts[name] = ReadingOf(value, name);
}

void ByTrainer(Evidence& run) { Fact(run, "state.global_step", "500"); }

Json Bart() { return {{"model_type", "bart"}, {"is_encoder_decoder", true}}; }

std::vector<Case> SettingCases() {
  return {
      {"cfg-cli-shadowed-by-file", "Resolved",
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "1", Layer::kCommandLine);
         Set(run, "training.gradient_accumulation_steps", "4", Layer::kFile);
         Set(run, "training.gradient_accumulation_steps", "4");
       },
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "1", Layer::kCommandLine);
         Set(run, "training.gradient_accumulation_steps", "4", Layer::kFile);
       },
       "the command line says 1, the file says 4"},
      {"cfg-effective-batch-mismatch", "Claim",
       [](Evidence& run) { Claimed(run, "effective_batch", "40"); },
       [](Evidence& run) { Claimed(run, "effective_batch", "10"); }, "40 is refuted"},
      {"cfg-warmup-steps-shadows-ratio", "Config",
       [](Evidence& run) { Set(run, "training.warmup_steps", "400"); },
       [](Evidence& run) { Set(run, "training.warmup_steps", "0"); }, "both set"},
      {"cfg-launcher-disagrees", "Accumulation",
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "8", Layer::kLauncher);
       },
       [](Evidence& run) {
         Set(run, "training.gradient_accumulation_steps", "auto", Layer::kLauncher);
       },
       "says 8"},
      {"cfg-stop-rule-overrides-epochs", "MaxSteps",
       [](Evidence& run) {
         Set(run, "training.max_steps", "100");
         Set(run, "training.num_train_epochs", "2", Layer::kCommandLine);
       },
       [](Evidence& run) { Set(run, "training.max_steps", "-1"); }, "max_steps 100"},
      {"cfg-flag-without-trace", "Augmentation",
       [](Evidence& run) {
         Set(run, "augmentation.enabled", "true");
         Set(run, "augmentation.ratio", "0.5");
       },
       [](Evidence& run) {
         Set(run, "augmentation.enabled", "true");
         Set(run, "augmentation.ratio", "0");
       },
       "augmentation 0.5"},
      {"cfg-flag-without-trace", "Seen",
       [](Evidence& run) {
         Set(run, "augmentation.enabled", "true");
         Set(run, "augmentation.ratio", "0.25");
       },
       [](Evidence& run) {  // 2000 rows and a quarter more are the 2500 of the trace
         Set(run, "augmentation.enabled", "true");
         Set(run, "augmentation.ratio", "0.25");
         Set(run, "data.train_samples", "2000");
         Final(run, "train_runtime", "108.00");  // all 2500 to a row, whatever is declared
         Final(run, "train_samples_per_second", "46.2963");
       },
       "augmentation 0.25"},
      {"cfg-flag-without-trace", "Folds", [](Evidence& run) { Set(run, "folds.k", "5"); },
       [](Evidence& run) { Set(run, "folds.k", "1"); }, "5 folds"},
      {"data-sample-count-mismatch", "Evaluation",
       [](Evidence& run) { Set(run, "data.eval_samples", "512"); },
       [](Evidence& run) { Set(run, "data.eval_samples", "499"); }, "512 evaluation rows"},
      {"data-length-grouped-order", "Setting",
       [](Evidence& run) { Set(run, "training.group_by_length", "true"); },
       [](Evidence& run) { Set(run, "training.group_by_length", "false"); }, "group_by_length is on"},
      {"data-length-grouped-order", "SawTooth",
       [](Evidence& run) {
         for (size_t i = 0; i < run.log.size(); ++i) {
           run.log[i].values["loss"] = ReadingOf(i % 6 < 3 ? "1.9" : "1.1", "loss");
         }
       },
       [](Evidence&) {}, "repeats every 60 steps"},
      {"adp-param-count-mismatch", "Trainable",
       [](Evidence& run) {
         run.model = "org/Llama-3.2-Korean-3B";
         Fact(run, "trainable_params", "24313856");
         Set(run, "lora.r", "8");
         Set(run, "lora.target_modules", "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj");
       },
       [](Evidence& run) {
         run.model = "org/Llama-3.2-Korean-3B";
         Fact(run, "trainable_params", "24313856");
         Set(run, "lora.r", "16");
         Set(run, "lora.target_modules", "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj");
       },
       "r 16 on"},
      {"adp-scaling-mismatch", "Served",
       [](Evidence& run) {
         Set(run, "lora.r", "16");
         Set(run, "lora.alpha", "32");
         run.documents.adapter_config = {{"r", 16}, {"lora_alpha", 16}};
       },
       [](Evidence& run) {
         Set(run, "lora.r", "16");
         Set(run, "lora.alpha", "32");
         run.documents.adapter_config = {{"r", 16}, {"lora_alpha", 32}};
       },
       "2 in the run's settings and by 1"},
  };
}

}  // namespace plumbline::audit
