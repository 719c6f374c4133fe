#include "harness/ledger/ledger.h"

#include <array>

#include "harness/base/error.h"
#include "harness/base/json_fields.h"
#include "harness/base/number.h"

namespace plumbline::ledger {
namespace {

constexpr std::string_view kSchemaName = "plumbline.ledger";
constexpr int kSchemaMajor = 1;
constexpr int kSchemaMinor = 2;

constexpr std::array<std::string_view, 4> kEndings = {"unfinished", "completed", "early_stopping",
                                                      "interrupted"};

// The one list of names: Writer and Reader walk it both ways.
template <typename Archive, typename ScheduleType>
void WalkSchedule(Archive& archive, ScheduleType& schedule) {
  archive("type", schedule.type);
  archive("peak", schedule.peak);
  archive("warmup_steps", schedule.warmup_steps);
  archive("total_steps", schedule.total_steps);
}

template <typename Archive, typename DeclaredType>
void WalkDeclared(Archive& archive, DeclaredType& declared) {
  archive("train_rows", declared.train_rows);
  archive("per_device_train_batch_size", declared.per_device_train_batch_size);
  archive("gradient_accumulation_steps", declared.gradient_accumulation_steps);
  archive("num_train_epochs", declared.num_train_epochs);
  archive("max_steps", declared.max_steps);
  archive("micro_batches_per_epoch", declared.micro_batches_per_epoch);
  archive("steps_per_epoch", declared.steps_per_epoch);
  archive("optimizer_steps", declared.optimizer_steps);
  archive("schedule", declared.schedule);
  archive("source_tokens_per_epoch", declared.source_tokens_per_epoch);
  archive("target_tokens_per_epoch", declared.target_tokens_per_epoch);
  archive("trainable_parameters", declared.trainable_parameters);
  archive("total_parameters", declared.total_parameters);
  archive("adapter_modules", declared.adapter_modules);
  archive("data_digests", declared.data_digests);
  archive("tokenizer_digest", declared.tokenizer_digest);
  archive.Later("layers_without_adapter", declared.layers_without_adapter);
  archive.Later("compute_dtype", declared.compute_dtype);
  archive.Later("world_size", declared.world_size);
  archive.Later("loss_normalization", declared.loss_normalization);
}

template <typename Archive, typename ObservedType>
void WalkObservedWork(Archive& archive, ObservedType& observed) {
  archive("ending", observed.ending);
  archive("micro_batches", observed.micro_batches);
  archive("examples", observed.examples);
  archive("source_tokens", observed.source_tokens);
  archive("target_tokens", observed.target_tokens);
  archive("padding_tokens", observed.padding_tokens);
  archive("processed_tokens", observed.processed_tokens);
  archive("backward_calls", observed.backward_calls);
  archive("optimizer_steps", observed.optimizer_steps);
  archive("skipped_steps", observed.skipped_steps);
  archive("scheduler_steps", observed.scheduler_steps);
  archive("learning_rates", observed.learning_rates);
  archive("micro_batches_per_step_min", observed.micro_batches_per_step_min);
  archive("micro_batches_per_step_max", observed.micro_batches_per_step_max);
  archive("pending_micro_batches", observed.pending_micro_batches);
  archive.Later("loss_weight_min", observed.loss_weight_min);
  archive.Later("loss_weight_max", observed.loss_weight_max);
  archive("nonfinite_losses", observed.nonfinite_losses);
  archive("nonfinite_gradient_norms", observed.nonfinite_gradient_norms);
  archive.Later("first_nonfinite_step", observed.first_nonfinite_step);
  archive.Later("first_nonfinite_place", observed.first_nonfinite_place);
}

template <typename Archive, typename ObservedType>
void WalkObservedFacts(Archive& archive, ObservedType& observed) {
  archive("trainable_parameters", observed.trainable_parameters);
  archive("total_parameters", observed.total_parameters);
  archive("adapter_modules", observed.adapter_modules);
  archive("parameter_dtypes", observed.parameter_dtypes);
  archive("operator_calls", observed.operator_calls);
  archive("operator_shape_calls", observed.operator_shape_calls);
  archive("allocation_count", observed.allocation_count);
  archive("allocation_bytes", observed.allocation_bytes);
  archive("peak_bytes", observed.peak_bytes);
  archive("flops", observed.flops);
  archive.Later("uncounted_steps", observed.uncounted_steps);
  archive.Later("product_dtypes", observed.product_dtypes);
  archive.Later("notes", observed.notes);
  archive("data_digests", observed.data_digests);
  archive("tokenizer_digest", observed.tokenizer_digest);
  archive("checkpoint_digest", observed.checkpoint_digest);
  archive("taken_rows", observed.taken_rows);
  archive("example_order_digest", observed.example_order_digest);
}

class Writer {
 public:
  template <typename T>
  void operator()(const char* name, const T& value) {
    json[name] = value;
  }
  void operator()(const char* name, const std::vector<double>& values) {
    json[name] = Json::array();
    for (const double value : values) json[name].push_back(HexFloat(value));
  }
  void operator()(const char* name, Ending ending) { json[name] = ToText(ending); }
  void operator()(const char* name, const Schedule& schedule) {
    Writer inner;
    WalkSchedule(inner, schedule);
    json[name] = inner.json;
  }

  template <typename T>
  void Later(const char* name, const T& value) {
    (*this)(name, value);
  }

  Json json = Json::object();
};

class Reader {
 public:
  Reader(const Json& json, const std::string& where) : fields_(json, where) {}
  void operator()(const char* name, int64_t& value) { value = fields_.Int(name); }
  void operator()(const char* name, double& value) { value = fields_.Number(name); }
  void operator()(const char* name, std::string& value) { value = fields_.Text(name); }
  void operator()(const char* name, std::vector<std::string>& value) {
    value = fields_.Texts(name);
  }
  void operator()(const char* name, std::vector<double>& values) {
    for (const std::string& text : fields_.Texts(name)) {
      const auto value = ParseDouble(text);
      if (!value) fields_.Refuse(name, Quoted(text), "a number");
      values.push_back(*value);
    }
  }
  template <typename T>
  void operator()(const char* name, std::map<std::string, T>& values) {
    const JsonFields inner(fields_.Object(name), name);
    for (const auto& item : fields_.Object(name).items()) {
      if constexpr (std::is_same_v<T, std::string>) values[item.key()] = inner.Text(item.key());
      if constexpr (std::is_same_v<T, int64_t>) values[item.key()] = inner.Int(item.key());
    }
  }
  void operator()(const char* name, Ending& ending) {
    for (size_t i = 0; i < kEndings.size(); ++i) {
      if (fields_.Text(name) == kEndings[i]) {
        ending = static_cast<Ending>(i);
        return;
      }
    }
    fields_.Refuse(name, Quoted(fields_.Text(name)),
                   "unfinished, completed, early_stopping or interrupted");
  }
  void operator()(const char* name, Schedule& schedule) {
    Reader inner(fields_.Object(name), name);
    WalkSchedule(inner, schedule);
  }
  // A field of a later minor version: absent from older files.
  template <typename T>
  void Later(const char* name, T& value) {
    if (fields_.Has(name)) (*this)(name, value);
  }

 private:
  JsonFields fields_;
};

}  // namespace

std::string ToText(Ending ending) { return std::string(kEndings[static_cast<size_t>(ending)]); }

Json ToJson(const Declared& declared) {
  Writer writer;
  WalkDeclared(writer, declared);
  return writer.json;
}

Json ToJson(const Observed& observed) {
  Writer writer;
  WalkObservedWork(writer, observed);
  WalkObservedFacts(writer, observed);
  return writer.json;
}

Json ToJson(const Ledger& ledger) {
  return Json{{"schema", SchemaStamp(kSchemaName, kSchemaMajor, kSchemaMinor)},
              {"declared", ToJson(ledger.declared)},
              {"observed", ToJson(ledger.observed)}};
}

Declared DeclaredFromJson(const Json& json) {
  Declared declared;
  Reader reader(json, "declared");
  WalkDeclared(reader, declared);
  return declared;
}

Observed ObservedFromJson(const Json& json) {
  Observed observed;
  Reader reader(json, "observed");
  WalkObservedWork(reader, observed);
  WalkObservedFacts(reader, observed);
  return observed;
}

Ledger LedgerFromJson(const Json& json) {
  RequireSchema(json, kSchemaName, kSchemaMajor, "ledger.json");
  const JsonFields fields(json, "ledger.json");
  return Ledger{DeclaredFromJson(fields.At("declared")), ObservedFromJson(fields.At("observed"))};
}

}  // namespace plumbline::ledger
