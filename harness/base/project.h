// Where the project's own files are: presets, fixed data, baselines. Works from a checkout, from Bazel's
// runfiles (tests, bazel run) and from an installed tree; no absolute path is ever written into an artifact.
#ifndef PLUMBLINE_HARNESS_BASE_PROJECT_H_
#define PLUMBLINE_HARNESS_BASE_PROJECT_H_

#include <filesystem>
#include <string>
#include <string_view>

namespace plumbline {

// The directory that holds models/, harness/, suites/ as this program sees them: PLUMBLINE_ROOT, else the runfiles
// of a Bazel test, else those beside the running program, else its nearest ancestor with a WORKSPACE file.
// Errors: kEnvironment when there is none.
std::filesystem::path ProjectRoot();

// `name` itself when it is absolute or exists as given; else below the root when it exists there; else `name`.
std::filesystem::path FindProjectFile(std::string_view name);

// A sibling program: beside the running one, else at `path_in_project` below ProjectRoot(). Errors: kEnvironment.
std::filesystem::path FindProgram(std::string_view name, std::string_view path_in_project);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_PROJECT_H_
