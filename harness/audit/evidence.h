// Everything known of one run, with the place of each fact: what was asked for, what was resolved,
// what the trace shows, what the prose claims. Filled by the readers (read.h), only read by rules.
// A fact that was not found is absent, never a default.
#ifndef PLUMBLINE_HARNESS_AUDIT_EVIDENCE_H_
#define PLUMBLINE_HARNESS_AUDIT_EVIDENCE_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/audit/decimal.h"
#include "harness/base/json.h"

namespace plumbline::audit {

struct Place {
  std::string file;  // as named on the command line or inside the run directory
  std::string key;   // "log_history[3].loss", "training_args.fp16"
  int line = 0;      // from 1; 0 when the file has no lines worth naming
};

struct Reading {
  Decimal value;
  Place place;
};

// From weakest to strongest word about what a run was told; kClaimed is what the prose says was in
// force, kProposed the settings of a run that a report suggests next.
enum class Layer { kFile, kLauncher, kCommandLine, kResolved, kClaimed, kProposed };

struct Setting {
  std::string key;   // DESIGN 4.3's name: "training.gradient_accumulation_steps"
  std::string text;  // "10", "true", "linear"; lists joined by ","
  Layer layer = Layer::kFile;
  Place place;
};

// One entry of log_history, or one dict line of a log: training points have "loss" or
// "learning_rate", evaluation points keys that begin with "eval_".
struct Point {
  std::map<std::string, Reading, std::less<>> values;
  std::string timestamp;          // "16:11:07", as printed; empty: none
  std::optional<double> clock_s;  // seconds since the run's first midnight, never going back
  Place place;

  const Reading* Find(std::string_view name) const;
};

// A number (or word) that prose states about a run; see claims.h for the quantities.
struct Claim {
  std::string quantity;
  Interval value;        // what the printed figure stands for; empty: no number belongs to it
  std::string text;      // the figure as printed, shortened
  std::string base;      // the run it is compared to ("kobart" in "66 times KoBART"); may be empty
  std::optional<double> at_epoch;
  Place place;
};

struct TensorHeader {
  std::string name;
  std::string dtype;  // safetensors' names: "F32", "BF16", "U8"
  std::vector<int64_t> shape;
  uint64_t begin = 0;  // byte range in `file`, after its header
  uint64_t end = 0;
  std::filesystem::path file;
};

// Documents of the run as read; null when absent.
struct Documents {
  Json config;             // config.json of the model
  Json generation_config;  // generation_config.json
  Json adapter_config;     // adapter_config.json of PEFT
  Json tokenizer_config;   // tokenizer_config.json
  Json special_tokens_map;
  Json training_args;  // training_args.json/yaml, or what the walker read of training_args.bin
  Json ledger;         // ours
};

// Files that rules of tiers 2 to 4 open themselves; empty when absent.
struct RunFiles {
  std::filesystem::path directory;
  std::filesystem::path predictions;
  std::filesystem::path references;
  std::filesystem::path train_data;
  std::filesystem::path validation_data;
  std::filesystem::path test_data;
  std::filesystem::path tokenizer;  // the directory that holds tokenizer.json
  std::vector<std::filesystem::path> safetensors;
};

struct Rows;        // rows.h
class SharedFiles;  // shared_files.h

// Where the points of a list stand, by step and by epoch; the first of equal ones.
struct PointIndex {
  std::map<double, size_t> by_step, by_epoch, by_epoch_alone;  // the last: points without a step
  size_t num_points = 0;
};

struct Evidence {
  std::string name;   // of the run: the directory, or the model in a report of several
  std::string path;   // as the finding's "path" prints it
  std::string model;  // "csebuetnlp/mT5_multilingual_XLSum", "kobart"; empty: unknown
  std::vector<Setting> settings;
  std::vector<Point> log;         // training points in order
  std::vector<Point> evaluations;  // in order
  PointIndex log_index, evaluation_index;  // of AddEntry: a long log is read in linear time
  std::map<std::string, Reading, std::less<>> final;  // train_runtime, train_loss, global_step ...
  std::map<std::string, Reading, std::less<>> facts;  // trainable_params, total_params, train_rows,
                                                      // eval_rows, best_step, elapsed_s ...
  std::map<std::string, std::string, std::less<>> words;  // status, start, end, best_checkpoint ...
  std::vector<Claim> claims;
  std::vector<TensorHeader> tensors;
  Documents documents;
  RunFiles files;
  std::vector<std::string> notes;  // what a reader could not use, with the reason
  mutable std::shared_ptr<const Rows> rows;  // read on demand: RowsOf in rows.h
  std::shared_ptr<SharedFiles> shared;       // with the other runs of the audit; nullptr: nothing

  // The strongest layer's word on a key: resolved, command line, launcher, file. nullptr: nobody's.
  const Setting* Effective(std::string_view key) const;
  // The word of one layer; nullptr: none. The last one said wins.
  const Setting* Find(std::string_view key, Layer layer) const;
  // The setting's text as a number, its truth; nullopt when unset or something else.
  std::optional<double> Number(std::string_view key) const;
  std::optional<bool> Truth(std::string_view key) const;
  const Reading* Fact(std::string_view key) const;
  const Reading* Final(std::string_view key) const;
  std::vector<const Claim*> ClaimsOf(std::string_view quantity) const;
};

// All runs that one PATH holds: one for a directory or log, one per model for a report.
struct Study {
  std::string path;
  std::vector<Evidence> runs;
};

// "true/yes/1/on" and their opposites; nullopt for other words.
std::optional<bool> TruthOf(std::string_view text);
const char* LayerName(Layer layer);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_EVIDENCE_H_
