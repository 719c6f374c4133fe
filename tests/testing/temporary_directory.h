// A directory that lives as long as the object, under the test's own temporary folder.
#ifndef PLUMBLINE_TESTS_TESTING_TEMPORARY_DIRECTORY_H_
#define PLUMBLINE_TESTS_TESTING_TEMPORARY_DIRECTORY_H_

#include <filesystem>
#include <string>
#include <vector>

namespace plumbline::testing {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  // Names of the entries, sorted.
  std::vector<std::string> List() const;

 private:
  std::filesystem::path path_;
};

}  // namespace plumbline::testing

#endif  // PLUMBLINE_TESTS_TESTING_TEMPORARY_DIRECTORY_H_
