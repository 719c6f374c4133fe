#include "harness/ledger/identities.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/base/number.h"
#include "harness/ledger/plan.h"

namespace plumbline::ledger {
namespace {

// Two implementations of one schedule may order their operations differently; a wrong length or
// warm-up is far larger.
constexpr double kLearningRateRelative = 1e-9;

// Sums of quotients of whole numbers; a wrong divisor is far larger.
constexpr double kLossWeightTolerance = 1e-9;

constexpr const char* kAccumulationKey = "training.gradient_accumulation_steps";
constexpr const char* kBatchKey = "training.per_device_train_batch_size";

class List {
 public:
  void Counts(std::string name, std::string formula, int64_t declared, int64_t observed,
              std::string key = "") {
    identities.push_back({std::move(name), std::move(formula), std::to_string(declared),
                          std::to_string(observed), declared == observed, std::move(key)});
  }
  void Texts(std::string name, std::string formula, std::string declared, std::string observed,
             std::string key = "") {
    const bool holds = declared == observed;
    identities.push_back({std::move(name), std::move(formula), std::move(declared),
                          std::move(observed), holds, std::move(key)});
  }

  std::vector<Identity> identities;
};

std::string Text(int64_t value) { return std::to_string(value); }

// Steps whose work is demanded: the plan's, or those done when the loop was allowed to stop early.
int64_t DemandedSteps(const Ledger& ledger) {
  const bool early = ledger.observed.ending == Ending::kEarlyStopping;
  return early ? std::min(ledger.observed.optimizer_steps, ledger.declared.optimizer_steps)
               : ledger.declared.optimizer_steps;
}

void AddSteps(const Ledger& ledger, List& list) {
  const Declared& declared = ledger.declared;
  const int64_t demanded = DemandedSteps(ledger);
  std::string formula = declared.max_steps > 0
                            ? "max_steps"
                            : "ceil(" + Text(declared.micro_batches_per_epoch) +
                                  " micro-batches / " + Text(declared.gradient_accumulation_steps) +
                                  ") x " + ShortestDecimal(declared.num_train_epochs) + " epochs";
  if (ledger.observed.ending == Ending::kEarlyStopping)
    formula = "stopped early, at most " + formula;
  list.Counts("optimizer_steps", formula, demanded, ledger.observed.optimizer_steps,
              kAccumulationKey);
  list.Counts("micro_batches",
              Text(demanded) + " steps x " + Text(declared.gradient_accumulation_steps) +
                  " less epoch tails",
              MicroBatchesFor(declared, demanded), ledger.observed.micro_batches, kAccumulationKey);
  list.Counts("examples",
              Text(demanded) + " steps of " + Text(declared.train_rows) + " rows in batches of " +
                  Text(declared.per_device_train_batch_size) +
                  (declared.world_size > 1 ? " on each of " + Text(declared.world_size) + " ranks" : ""),
              ExamplesFor(declared, demanded), ledger.observed.examples, kBatchKey);
}

// What one optimizer step consumes; the last of an epoch takes the remainder.
void AddAccumulation(const Ledger& ledger, List& list) {
  const Declared& declared = ledger.declared;
  const int64_t full =
      std::min(declared.gradient_accumulation_steps, declared.micro_batches_per_epoch);
  const int64_t rest = declared.micro_batches_per_epoch % declared.gradient_accumulation_steps;
  const bool tail = rest != 0 && DemandedSteps(ledger) >= declared.steps_per_epoch;
  const std::string operands = Text(declared.gradient_accumulation_steps) + ", " +
                               Text(declared.micro_batches_per_epoch) + " an epoch";
  list.Counts("micro_batches_per_step_max", "accumulation " + operands, full,
              ledger.observed.micro_batches_per_step_max, kAccumulationKey);
  list.Counts("micro_batches_per_step_min", "accumulation or epoch tail, " + operands,
              tail ? rest : full, ledger.observed.micro_batches_per_step_min, kAccumulationKey);
  list.Counts("pending_micro_batches", "every backward call fed a step", 0,
              ledger.observed.pending_micro_batches, kAccumulationKey);
}

// How the loss of a step was put together. A mean over its tokens weighs 1; the mean of each of N
// micro-batches, N.
void AddLossWeight(const Ledger& ledger, List& list) {
  const std::string& declared = ledger.declared.loss_normalization;
  if (declared.empty() || ledger.observed.loss_weight_max < 0) return;
  const bool sums_means = declared == "hf_seq2seq_bug";
  const double wanted =
      sums_means ? static_cast<double>(ledger.observed.micro_batches_per_step_max) : 1;
  const auto is_wanted = [&](double weight) {
    return std::fabs(weight - wanted) <= kLossWeightTolerance * wanted;
  };
  // The epoch's last step may have fewer micro-batches, and so a smaller sum of means.
  const double least = sums_means ? wanted : ledger.observed.loss_weight_min;
  const double observed = is_wanted(least) ? ledger.observed.loss_weight_max : least;
  const bool holds = is_wanted(observed);
  list.Texts("loss_weight",
             sums_means ? "one for each micro-batch of a step, divided by its own tokens"
                        : "tokens of a step / what their loss was divided by",
             ShortestDecimal(wanted), ShortestDecimal(holds ? wanted : observed),
             "training.loss_normalization");
}

void AddLoopCounts(const Ledger& ledger, List& list) {
  const Observed& observed = ledger.observed;
  list.Counts("backward_calls", "one a micro-batch", observed.micro_batches,
              observed.backward_calls);
  list.Counts(
      "scheduler_steps",
      Text(observed.optimizer_steps) + " steps - " + Text(observed.skipped_steps) + " skipped",
      observed.optimizer_steps - observed.skipped_steps, observed.scheduler_steps,
      "training.lr_scheduler_type");
  list.Counts("learning_rates", "one an optimizer step", observed.optimizer_steps,
              static_cast<int64_t>(observed.learning_rates.size()));
}

// First optimizer step whose rate is not the intended one, as text; empty when all are.
std::string FirstWrongRate(const Ledger& ledger) {
  const Schedule& schedule = ledger.declared.schedule;
  int64_t position =
      0;  // skipped steps do not move the scheduler, so they are compared only when there are none
  for (const double rate : ledger.observed.learning_rates) {
    const double wanted = LearningRateAt(schedule, position);
    if (!(std::fabs(rate - wanted) <= kLearningRateRelative * std::fabs(schedule.peak))) {
      return "step " + Text(position) + ": " + ShortestDecimal(rate) + ", schedule " +
             ShortestDecimal(wanted);
    }
    ++position;
  }
  return "";
}

void AddSchedule(const Ledger& ledger, List& list) {
  if (ledger.observed.skipped_steps > 0) return;
  const std::string declared = Describe(ledger.declared.schedule);
  const std::string wrong = FirstWrongRate(ledger);
  list.Texts("learning_rate", "the schedule of the intended length", declared,
             wrong.empty() ? declared : wrong, "training.learning_rate");
}

void AddTokens(const Ledger& ledger, List& list) {
  const Observed& observed = ledger.observed;
  list.Counts("processed_tokens",
              Text(observed.source_tokens) + " source + " + Text(observed.target_tokens) +
                  " target + " + Text(observed.padding_tokens) + " padding",
              observed.source_tokens + observed.target_tokens + observed.padding_tokens,
              observed.processed_tokens);
  const int64_t demanded = DemandedSteps(ledger);
  if (demanded % ledger.declared.steps_per_epoch != 0) return;
  const int64_t epochs = demanded / ledger.declared.steps_per_epoch;
  const auto add = [&](const char* name, int64_t per_epoch, int64_t counted, const char* key) {
    if (per_epoch == kUnknown) return;
    list.Counts(name, Text(per_epoch) + " an epoch x " + Text(epochs), per_epoch * epochs, counted,
                key);
  };
  add("source_tokens", ledger.declared.source_tokens_per_epoch, observed.source_tokens,
      "data.max_source_length");
  add("target_tokens", ledger.declared.target_tokens_per_epoch, observed.target_tokens,
      "data.max_target_length");
}

void AddRows(const Ledger& ledger, List& list) {
  const std::vector<std::string>& rows = ledger.observed.taken_rows;
  list.Counts("taken_rows", "distinct rows of one epoch", ledger.declared.train_rows,
              static_cast<int64_t>(std::set<std::string>(rows.begin(), rows.end()).size()),
              "data.max_train_samples");
  list.Counts("taken_rows.listed", "rows of one epoch", ledger.declared.train_rows,
              std::ssize(rows), "data.max_train_samples");
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

void AddModel(const Ledger& ledger, List& list) {
  const auto add = [&](const char* name, int64_t declared, int64_t observed) {
    if (declared != kUnknown)
      list.Counts(name, "parameters of the declared model", declared, observed);
  };
  add("trainable_parameters", ledger.declared.trainable_parameters,
      ledger.observed.trainable_parameters);
  add("total_parameters", ledger.declared.total_parameters, ledger.observed.total_parameters);
  list.Texts("adapter_modules", "modules the adapter names",
             Joined(ledger.declared.adapter_modules), Joined(ledger.observed.adapter_modules),
             "lora.target_modules");
}

// Mixed precision keeps some products in fp32; without it no product is in another type.
void AddComputeType(const Ledger& ledger, List& list) {
  const std::string& declared = ledger.declared.compute_dtype;
  const std::map<std::string, int64_t>& products = ledger.observed.product_dtypes;
  if (declared.empty() || products.empty()) return;
  std::string observed = "float32";
  for (const char* half : {"bfloat16", "float16"}) {
    if (products.contains(half)) observed = half;
  }
  list.Texts("compute_dtype", "number type of the matrix products", declared, observed,
             declared == "float16" ? "training.fp16" : "training.bf16");
}

void AddDigests(const Ledger& ledger, List& list) {
  for (const auto& [role, digest] : ledger.declared.data_digests) {
    const auto read = ledger.observed.data_digests.find(role);
    const bool found = read != ledger.observed.data_digests.end();
    list.Texts("data_digest." + role, "SHA-256 of the manifest", digest,
               found ? read->second : "not read", "data." + role);
  }
  if (ledger.declared.tokenizer_digest.empty()) return;
  list.Texts("tokenizer_digest", "SHA-256 of the manifest", ledger.declared.tokenizer_digest,
             ledger.observed.tokenizer_digest, "tokenizer.path");
}

}  // namespace

std::vector<Identity> CheckIdentities(const Ledger& ledger) {
  List list;
  if (ledger.declared.train_rows > 0) {
    AddSteps(ledger, list);
    AddAccumulation(ledger, list);
    AddLossWeight(ledger, list);
    AddLoopCounts(ledger, list);
    AddSchedule(ledger, list);
    AddTokens(ledger, list);
    AddRows(ledger, list);
  } else {
    list.Counts("optimizer_steps", "no training was declared", 0, ledger.observed.optimizer_steps);
  }
  AddModel(ledger, list);
  AddComputeType(ledger, list);
  AddDigests(ledger, list);
  return list.identities;
}

bool AllHold(const std::vector<Identity>& identities) {
  return std::ranges::all_of(identities, [](const Identity& identity) { return identity.holds; });
}

}  // namespace plumbline::ledger
