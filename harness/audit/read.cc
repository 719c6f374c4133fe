#include "harness/audit/read.h"

#include <algorithm>

#include "harness/audit/literal.h"
#include "harness/audit/reader_fixture.h"
#include "harness/audit/reader_state.h"
#include "harness/audit/report_reader.h"
#include "harness/audit/settings.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace plumbline::audit {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSniffedBytes = 64 << 10;

void Nothing(const fs::path& path) {
  Fail(ErrorKind::kData, "auditing " + Quoted(path.string()), "no training log in it",
       "a trainer_state.json, lines such as {'loss': 1.2, 'epoch': 0.5}, or a model's files",
       "the run directory itself");
}

bool Empty(const Evidence& run) {
  return run.log.empty() && run.evaluations.empty() && run.final.empty() && run.settings.empty() &&
         run.claims.empty() && run.facts.empty() && !run.documents.config.is_object() &&
         !run.documents.generation_config.is_object() && !run.documents.adapter_config.is_object() &&
         run.files.predictions.empty() && run.files.safetensors.empty() && run.notes.empty();
}

Evidence NamedRun(const fs::path& path) {
  Evidence run;
  run.path = path.string();
  run.name = path.filename().string();
  return run;
}

// Logs and reports beside nothing else: the one text file of a directory without a state file.
fs::path OnlyText(const fs::path& directory) {
  std::vector<fs::path> texts;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".log" || extension == ".txt" || extension == ".md") {
      texts.push_back(entry.path());
    }
  }
  std::ranges::sort(texts);
  return texts.size() == 1 ? texts.front() : fs::path();
}

Study ReadFileStudy(const fs::path& path) {
  const std::string shown = path.filename().string();
  const std::string text = ReadTextFile(path);
  if (path.extension() == ".json") {
    const Literal document = ParseLiteralFile(text, shown);
    if (IsFixture(document)) return ReadFixture(document, path.string(), shown);
    Study study{path.string(), {NamedRun(path)}};
    if (document.Find("log_history") != nullptr) {
      AddTrainerState(document, shown, study.runs[0]);
    } else if (document.IsMap()) {
      AddSettings(document, Layer::kFile, shown, study.runs[0]);
    }
    return study;
  }
  if (path.extension() == ".yaml" || path.extension() == ".yml") {
    Study study{path.string(), {NamedRun(path)}};
    AddSettings(ReadDocumentFile(path, shown), Layer::kFile, shown, study.runs[0]);
    return study;
  }
  return ReadReport(text, path.string(), shown);
}

void AddDeclared(const ReadOptions& options, Study& study) {
  for (Evidence& run : study.runs) {
    for (const fs::path& file : options.declared) {
      AddSettings(ReadDocumentFile(file, file.filename().string()), Layer::kFile,
                  file.filename().string(), run);
    }
    for (Setting& setting :
         CommandLineSettings(options.command_line, Layer::kCommandLine, {"--cli", "", 0})) {
      run.settings.push_back(std::move(setting));
    }
    if (!options.predictions.empty()) run.files.predictions = options.predictions;
    if (!options.references.empty()) run.files.references = options.references;
  }
}

}  // namespace

std::string ReadTextFile(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!error && size > kLargestTextBytes) {
    Fail(ErrorKind::kData, "reading " + Quoted(path.string()), std::to_string(size) + " bytes",
         "at most " + std::to_string(kLargestTextBytes), "the log's part that holds the metrics");
  }
  std::string text = ReadFile(path);
  if (std::string_view(text).substr(0, kSniffedBytes).find('\0') != std::string_view::npos) {
    Fail(ErrorKind::kData, "reading " + Quoted(path.string()), "a binary file", "text",
         "a trainer_state.json, a log or a run directory");
  }
  return text;
}

Study ReadStudy(const fs::path& path, const ReadOptions& options) {
  if (!fs::exists(path)) {
    Fail(ErrorKind::kData, "auditing " + Quoted(path.string()), "nothing there",
         "a run directory, a trainer_state.json, a log or a report", "plumbline audit --help");
  }
  Study study;
  if (fs::is_directory(path)) {
    study = {path.string(), {NamedRun(path)}};
    ReadDirectory(path, study.runs[0]);
    const fs::path text = study.runs[0].log.empty() ? OnlyText(path) : fs::path();
    if (!text.empty()) {
      Study log = ReadFileStudy(text);
      if (log.runs.size() == 1) MergeRun(std::move(log.runs[0]), study.runs[0]);
    }
  } else {
    study = ReadFileStudy(path);
  }
  AddDeclared(options, study);
  if (std::ranges::all_of(study.runs, Empty)) Nothing(path);
  for (Evidence& run : study.runs) OrderPoints(run);
  return study;
}

}  // namespace plumbline::audit
