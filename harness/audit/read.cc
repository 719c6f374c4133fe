#include "harness/audit/read.h"

#include <algorithm>
#include <iostream>

#include "harness/audit/literal.h"
#include "harness/audit/path.h"
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
constexpr const char* kStandardInput = "standard input";

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

// `kind`: the file's extension, which says how the text is read.
Study StudyOfText(const std::string& text, const fs::path& path, const std::string& kind) {
  const std::string shown = path.filename().string();
  if (kind == ".json") {
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
  if (kind == ".yaml" || kind == ".yml") {
    Study study{path.string(), {NamedRun(path)}};
    AddSettings(ParseYamlText(text, shown), Layer::kFile, shown, study.runs[0]);
    return study;
  }
  return ReadReport(text, path.string(), shown);
}

Study ReadFileStudy(const fs::path& path) {
  return StudyOfText(ReadTextFile(path), path, path.extension().string());
}

void RefuseBinary(std::string_view text, const fs::path& path) {
  if (text.substr(0, kSniffedBytes).find('\0') == std::string_view::npos) return;
  Fail(ErrorKind::kData, "reading " + Quoted(path.string()), "a binary file", "text",
       "a trainer_state.json, a log or a run directory");
}

// What was piped in: a trainer_state.json begins with a brace and holds no dict lines.
Study ReadPipedStudy(std::istream& input) {
  std::string text;
  for (char block[1 << 16]; input.read(block, sizeof block) || input.gcount() > 0;) {
    text.append(block, static_cast<size_t>(input.gcount()));
    if (text.size() > kLargestTextBytes) {
      Fail(ErrorKind::kData, "reading standard input",
           "more than " + std::to_string(kLargestTextBytes) + " bytes", "less",
           "the log's part that holds the metrics");
    }
  }
  RefuseBinary(text, kStandardInput);
  const size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string::npos && text[first] == '{' &&
                    text.find('\"', first) < text.find('\'', first);
  return StudyOfText(text, kStandardInput, json ? ".json" : "");
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
    run.shared = options.shared;
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
  RefuseBinary(text, path);
  return text;
}

Study ReadStudy(const fs::path& path, const ReadOptions& options) {
  std::error_code error;
  if (path != "-" && !IsFile(path) && !IsFolder(path)) {
    const bool other = fs::exists(path, error);
    Fail(ErrorKind::kData, "auditing " + Quoted(path.string()),
         other ? "something that is neither a file nor a directory" : "nothing there",
         "a run directory, a trainer_state.json, a log or a report", "plumbline audit --help");
  }
  if (path != "-" && IsFolder(path)) fs::directory_iterator(path, error);
  if (error) {
    Fail(ErrorKind::kData, "auditing " + Quoted(path.string()), error.message(),
         "a directory that may be read", "checking its permissions");
  }
  Study study;
  if (path == "-") {
    study = ReadPipedStudy(std::cin);
  } else if (IsFolder(path)) {
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
