#include "tests/testing/temporary_directory.h"

#include <stdlib.h>

#include <algorithm>

#include "harness/base/error.h"

namespace plumbline::testing {

TemporaryDirectory::TemporaryDirectory() {
  const char* root = ::getenv("TEST_TMPDIR");
  std::string pattern = std::string(root == nullptr ? "/tmp" : root) + "/plumbline.XXXXXX";
  PLUMBLINE_CHECK(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryDirectory::List() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace plumbline::testing
