// make_checkpoint initialize CONFIG.json SEED OUT: a directory with random weights.
// make_checkpoint convert DIR OUT bfloat16|float16|float32: the same weights in another number type.
#include <ATen/Device.h>

#include <cstdio>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "models/model.h"

namespace plumbline::models {
namespace {

int Run(const std::vector<std::string>& words) {
  const at::Device cpu(at::kCPU);
  if (words.size() == 4 && words[0] == "initialize") {
    const auto seed = ParseInt(words[2]);
    if (!seed) Fail(ErrorKind::kUsage, "reading the seed", Quoted(words[2]), "a whole number", "42");
    const auto model = InitializeModel(ReadJsonFile(words[1]), static_cast<uint64_t>(*seed), cpu);
    SaveModel(*model, words[3], at::kFloat);
    return 0;
  }
  if (words.size() == 4 && words[0] == "convert") {
    const auto dtype = FindDtype(words[3]);
    if (!dtype) {
      Fail(ErrorKind::kUsage, "choosing a number type", Quoted(words[3]), "float32, bfloat16 or float16", "float32");
    }
    SaveModel(*LoadModel(words[1], cpu), words[2], *dtype);
    return 0;
  }
  std::fprintf(stderr,
               "make_checkpoint initialize CONFIG.json SEED OUT\n"
               "make_checkpoint convert DIR OUT bfloat16|float16|float32\n");
  return 2;
}

}  // namespace
}  // namespace plumbline::models

int main(int argc, char** argv) {
  try {
    return plumbline::models::Run({argv + 1, argv + argc});
  } catch (const plumbline::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return plumbline::ExitStatusOf(error.kind());
  }
}
