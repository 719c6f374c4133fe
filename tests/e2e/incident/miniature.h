// A suite of seconds: sixteen rows of token ids, a random BART of the golden files, a preset and a suite file of its
// own, in a folder that lives as long as the object. Used by the end-to-end tests.
#ifndef PLUMBLINE_TESTS_E2E_INCIDENT_MINIATURE_H_
#define PLUMBLINE_TESTS_E2E_INCIDENT_MINIATURE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/check/comparison.h"
#include "harness/suite/suite.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::testing {

class Miniature {
 public:
  Miniature();

  const std::filesystem::path& path() const { return directory_.path(); }

  // Writes the preset with this line for gradient_accumulation_steps ("" leaves the key out).
  void WritePreset(const std::string& accumulation);
  // Writes the suite file: the fixed part and these further lines.
  void WriteSuite(const std::string& lines);
  void WriteFile(const std::string& name, const std::string& text);

  suite::Suite Suite() const;
  // Accepts what the suite measures now.
  void Accept();
  // Runs the suite in a fresh folder.
  check::Comparison Check(const suite::Suite& suite);
  // Folder of the last Check: work/run and outputs.
  const std::filesystem::path& last() const { return last_; }

  // Runs the engine by hand; returns its exit status.
  int Run(const std::vector<std::string>& words) const;
  // `plumbline WORDS` in this folder, the words as a shell reads them; out.txt and err.txt keep what it says.
  int Plumbline(const std::string& words) const;

 private:
  TemporaryDirectory directory_;
  std::filesystem::path last_;
  int num_checks_ = 0;
};

// A file of Bazel's runfiles.
std::filesystem::path Runfile(const std::string& name);

// The rows of golden JSON ({"input_ids", "labels"}) as data lines named row0, row1, ...
std::string DataLines(const Json& rows);

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_E2E_INCIDENT_MINIATURE_H_
