// The verb `bench`: throughput of training, generation, ROUGE and tokenizers on this machine, beside
// what the machine can do at most. Raw values of every repetition; it judges nothing.
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/json_fields.h"
#include "harness/base/number.h"
#include "harness/base/project.h"
#include "harness/cli/arguments.h"
#include "harness/cli/bench_programs.h"
#include "harness/cli/engine_list.h"
#include "harness/cli/table.h"
#include "harness/config/preset.h"
#include "harness/data/tokenizer.h"
#include "harness/device/device.h"
#include "harness/measure/inputs.h"
#include "harness/measure/machine_limits.h"
#include "harness/measure/subject.h"

namespace plumbline::cli {
namespace {

using measure::BenchmarkSeries;

constexpr const char* kSchemaName = "plumbline.bench";
constexpr const char* kFixedTexts = "harness/data/korean/dataset/validation.jsonl";
constexpr const char* kParts[] = {"training", "generation", "rouge", "tokenizer"};
constexpr int kDigits = 4;

// Its own directory below the system's temporary one, gone with the object.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "plumbline.XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      Fail(ErrorKind::kEnvironment, "making a directory for the measurement", "none",
           "a temporary directory that can be written", "TMPDIR=DIR");
    }
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

int64_t CountOf(const Arguments& arguments, const std::string& name, int64_t otherwise) {
  if (!arguments.Has(name)) return otherwise;
  const auto number = ParseInt(arguments.Value(name));
  if (number && *number >= 1) return *number;
  Fail(ErrorKind::kUsage, "--" + name, Quoted(arguments.Value(name)), "a whole number, 1 or more",
       "--" + name + " " + std::to_string(otherwise));
}

double LeastSeconds(const Arguments& arguments) {
  if (!arguments.Has("min-time")) return 0.5;
  const auto number = ParseDouble(arguments.Value("min-time"));
  if (number && *number > 0 && *number <= 3600) return *number;
  Fail(ErrorKind::kUsage, "--min-time", Quoted(arguments.Value("min-time")),
       "seconds above 0, at most 3600", "--min-time 0.5");
}

// A directory or config.json; else a preset: its checkpoint when that is here, else its shape.
std::filesystem::path ModelPath(const std::string& name) {
  if (std::filesystem::exists(name)) return name;
  config::Inputs inputs;
  inputs.environment = config::ProcessEnvironment();
  const config::PresetFile preset = config::FindPreset(name, inputs.environment, "--model");
  const std::filesystem::path shape = config::ShapeOfPreset(preset);
  const auto root = inputs.environment.find("PLUMBLINE_CHECKPOINTS");
  const bool is_here = root != inputs.environment.end() &&
                       std::filesystem::is_directory(std::filesystem::path(root->second) / name);
  if (std::filesystem::exists(shape) && !is_here) return shape;
  inputs.arguments.push_back({"model.preset", {name}, false, 0, "--model"});
  const config::Resolved resolved = config::Resolve(inputs);
  const std::filesystem::path path = resolved.Path("model.path");
  return std::filesystem::exists(path) ? path : FindProjectFile(resolved.Text("model.path"));
}

std::filesystem::path ConfigOf(const std::filesystem::path& model) {
  const auto config = std::filesystem::is_directory(model) ? model / "config.json" : model;
  if (std::filesystem::is_regular_file(config)) return config;
  Fail(ErrorKind::kModel, "reading the model " + Quoted(model.string()), "no config.json",
       "a HuggingFace directory, or a config.json alone", "plumbline bench --model kobart-tiny");
}

// The rows of the measurement, written where every program and every other tool can read them.
std::filesystem::path PrepareInputs(const Arguments& arguments, const Json& config,
                                    const std::filesystem::path& scratch) {
  measure::InputOptions options;
  measure::DescribeVocabulary(config, options);
  std::vector<data::TokenizedRow> rows;
  if (arguments.Has("inputs")) {
    rows = measure::ReadInputs(arguments.Value("inputs"), options.vocab_size);
  } else {
    options.rows = CountOf(arguments, "rows", options.rows);
    options.seed = static_cast<uint64_t>(CountOf(arguments, "seed", 42));
    if (arguments.Has("source-length"))
      options.source =
          measure::LengthRangeFrom(arguments.Value("source-length"), "--source-length");
    if (arguments.Has("target-length"))
      options.target =
          measure::LengthRangeFrom(arguments.Value("target-length"), "--target-length");
    rows = measure::MakeInputs(options);
  }
  const std::filesystem::path path =
      arguments.Has("write-inputs") ? std::filesystem::path(arguments.Value("write-inputs"))
                                    : scratch / "inputs.jsonl";
  measure::WriteInputs(path, rows);
  return path;
}

bool Wants(const Arguments& arguments, const std::string& part) {
  const std::vector<std::string> parts = arguments.Values("only");
  for (const std::string& one : parts) {
    if (std::ranges::find(kParts, one) == std::ranges::end(kParts)) {
      Fail(ErrorKind::kUsage, "--only", Quoted(one), "training, generation, rouge or tokenizer",
           "--only training");
    }
  }
  return parts.empty() || std::ranges::find(parts, part) != parts.end();
}

void Append(const std::string& program, const BenchRun& run, std::vector<BenchmarkSeries>& all) {
  std::fprintf(stderr, "running %s\n", program.c_str());
  for (BenchmarkSeries& series : RunSpeedProgram(program, run)) all.push_back(std::move(series));
}

BenchRun RunOf(const Arguments& arguments, const std::filesystem::path& model,
               const std::filesystem::path& inputs, const std::filesystem::path& scratch) {
  BenchRun run;
  run.repetitions = CountOf(arguments, "repetitions", run.repetitions);
  run.least_s = LeastSeconds(arguments);
  run.directory = scratch;
  run.arguments = {"--model=" + model.string(), "--inputs=" + inputs.string(),
                   "--threads=" + std::to_string(at::get_num_threads()),
                   "--batch-size=" + std::to_string(CountOf(arguments, "batch-size", 8)),
                   "--beams=" + std::to_string(CountOf(arguments, "beams", 4)),
                   "--seed=" + std::to_string(CountOf(arguments, "seed", 42))};
  if (arguments.Has("device")) {
    device::DeviceNamed(arguments.Value("device"), "--device");
    run.arguments.push_back("--device=" + arguments.Value("device"));
  }
  if (arguments.Has("new-tokens"))
    run.arguments.push_back("--new-tokens=" + std::to_string(CountOf(arguments, "new-tokens", 1)));
  const std::filesystem::path texts =
      arguments.Has("texts") ? std::filesystem::path(arguments.Value("texts"))
                             : FindProjectFile(kFixedTexts);
  if (arguments.Has("texts") || std::filesystem::exists(texts))
    run.arguments.push_back("--texts=" + texts.string());
  return run;
}

std::vector<BenchmarkSeries> Measure(const Arguments& arguments,
                                     const std::filesystem::path& model,
                                     const BenchRun& run) {
  std::vector<BenchmarkSeries> all;
  if (Wants(arguments, "training")) Append("train_step_perf", run, all);
  if (Wants(arguments, "generation")) Append("generate_perf", run, all);
  if (Wants(arguments, "rouge")) Append("rouge_perf", run, all);
  const bool has_tokenizer = std::filesystem::is_directory(model) && data::HasTokenizer(model);
  if (Wants(arguments, "tokenizer") && has_tokenizer) Append("tokenizer_perf", run, all);
  if (Wants(arguments, "tokenizer") && !has_tokenizer)
    std::fprintf(stderr, "note: this model has no tokenizer; none was measured\n");
  return all;
}

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

std::string Shown(double value) {
  return value < 100 ? Fixed(value, kDigits - 2) : Fixed(value, 0);
}

TableRow RowOf(const std::string& name, const std::string& rate,
               const std::vector<double>& values) {
  std::string raw;
  for (const double value : values) raw += (raw.empty() ? "" : " ") + Shown(value);
  return {name, rate, Shown(Median(values)), raw};
}

Json JsonOf(const std::vector<BenchmarkSeries>& all, const measure::MachineLimits& limits,
            const Json& subject) {
  Json series = Json::array();
  for (const BenchmarkSeries& one : all) {
    series.push_back(
        Json{{"name", one.name}, {"seconds_a_pass", one.seconds}, {"rates", one.counters}});
  }
  return Json{{"schema", SchemaStamp(kSchemaName, 1, 0)},
              {"subject", subject},
              {"machine",
               {{"sgemm_gflop_per_s", limits.sgemm_gflop_per_s},
                {"read_gb_per_s", limits.read_gb_per_s}}},
              {"benchmarks", std::move(series)}};
}

void Print(const std::vector<BenchmarkSeries>& all, const measure::MachineLimits& limits) {
  std::vector<TableRow> rows = {{"WHAT", "RATE", "MEDIAN", "EVERY REPETITION"}};
  for (const BenchmarkSeries& series : all) {
    for (const auto& [rate, values] : series.counters)
      rows.push_back(RowOf(series.name, rate, values));
  }
  rows.push_back(RowOf("machine", "sgemm_gflop_per_s", limits.sgemm_gflop_per_s));
  rows.push_back(RowOf("machine", "read_gb_per_s", limits.read_gb_per_s));
  std::cout << AlignedTable(rows, 2);
}

int Bench(const Arguments& arguments) {
  const Scratch scratch;
  const std::filesystem::path model =
      ModelPath(arguments.Has("model") ? arguments.Value("model") : "kobart-tiny");
  if (arguments.Has("threads"))
    at::set_num_threads(static_cast<int>(CountOf(arguments, "threads", 1)));
  const std::filesystem::path inputs =
      PrepareInputs(arguments, ReadJsonFile(ConfigOf(model)), scratch.path());
  const BenchRun run = RunOf(arguments, model, inputs, scratch.path());
  const measure::MachineLimits limits =
      measure::MeasureMachineLimits(static_cast<int>(run.repetitions));
  const bool is_random = !measure::HasWeights(model);
  if (is_random) std::fprintf(stderr, "note: no weights there; they are random\n");
  const std::vector<BenchmarkSeries> all = Measure(arguments, model, run);
  if (!arguments.json()) {
    Print(all, limits);
    return 0;
  }
  std::cout << DumpJson(JsonOf(all, limits,
                               {{"model", model.filename().string()},
                                {"random_weights", is_random},
                                {"threads", at::get_num_threads()},
                                {"repetitions", run.repetitions}}));
  return 0;
}

}  // namespace

Verb BenchVerb() {
  Verb verb;
  verb.name = "bench";
  verb.summary = "throughput of training, generation, ROUGE, tokenizers, and the machine's limits";
  verb.options = {
      {.name = "model",
       .value = "PRESET_OR_DIR",
       .help = "weights may be absent (default: kobart-tiny)"},
      {.name = "only",
       .value = "PART",
       .help = "training, generation, rouge or tokenizer; repeatable",
       .repeats = true},
      {.name = "rows", .value = "N", .help = "rows drawn (default: 64)"},
      {.name = "source-length",
       .value = "RANGE",
       .help = "tokens of a source, N or LEAST:MOST (default: 64:256)"},
      {.name = "target-length", .value = "RANGE", .help = "tokens of a target (default: 32)"},
      {.name = "new-tokens",
       .value = "N",
       .help = "tokens generated a row (default: the longest target)"},
      {.name = "batch-size",
       .value = "N",
       .help = "rows trained, and items decoded, together (default: 8)"},
      {.name = "beams", .value = "N", .help = "beams of the beam search (default: 4)"},
      {.name = "repetitions", .value = "N", .help = "timed repetitions (default: 3)"},
      {.name = "min-time", .value = "SECONDS", .help = "shortest repetition (default: 0.5)"},
      {.name = "threads",
       .value = "N",
       .help = "threads of the library (default: what it chooses)"},
      {.name = "seed", .value = "N", .help = "of rows and random weights (default: 42)"},
      {.name = "device", .value = "DEVICE", .help = "cpu, cuda or cuda:N"},
      {.name = "inputs",
       .value = "FILE",
       .help = "rows to run on: JSON lines of fname, input_ids, labels"},
      {.name = "write-inputs", .value = "FILE", .help = "leave the rows there, for other tools"},
      {.name = "texts",
       .value = "FILE",
       .help = "texts of ROUGE and tokenizers (default: the fixed data)"},
      {.name = "json", .value = "", .help = "raw values as JSON on stdout"},
  };
  verb.example =
      "plumbline bench --threads 2\n"
      "plumbline bench --model my/config.json --only generation --beams 8 --write-inputs in.jsonl";
  verb.run = Bench;
  return verb;
}

}  // namespace plumbline::cli
