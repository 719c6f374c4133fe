// Writes the data set: generate --out DIR [--splits train,validation,test,slices,pretrain] [--seed
// N] [--profile full|ci]
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/number.h"
#include "harness/data/korean/dataset_writer.h"
#include "harness/data/korean/frame_parser.h"
#include "harness/data/korean/generator.h"

namespace plumbline::data::korean {
namespace {

struct Arguments {
  std::filesystem::path out;
  std::vector<std::string> splits = {"train", "validation", "test", "slices"};
  GeneratorOptions options;
  Profile profile = Profile::kFull;
};

constexpr std::string_view kUsage =
    "generate --out DIR [--splits train,validation,test,slices,pretrain] [--seed N] [--profile "
    "full|ci]\n"
    "Writes the Korean dialogue data set: .jsonl, .csv and .meta.jsonl of each split, and "
    "manifest.json.\n";

Arguments ParseArguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (words[i] == "--out") {
      arguments.out = value;
    } else if (words[i] == "--splits") {
      arguments.splits = SplitList(value, ',');
    } else if (words[i] == "--seed" && ParseInt(value).has_value()) {
      arguments.options.seed = static_cast<uint64_t>(*ParseInt(value));
    } else if (words[i] == "--profile" && (value == "full" || value == "ci")) {
      arguments.profile = value == "ci" ? Profile::kCi : Profile::kFull;
    } else {
      Fail(ErrorKind::kUsage, "reading the command line", Quoted(words[i] + " " + value),
           "the options of --help", "generate --help");
    }
  }
  if (arguments.out.empty() || words.size() % 2 != 0) {
    Fail(ErrorKind::kUsage, "reading the command line", "no --out or an option without a value",
         "--out DIR", "generate --help");
  }
  return arguments;
}

std::vector<DataFile> FilesOfSplit(const Arguments& arguments, const std::string& name) {
  if (name == "slices") return SliceFiles(arguments.options);
  for (const Split split : {Split::kTrain, Split::kValidation, Split::kTest, Split::kPretrain}) {
    if (NameOf(split) != name) continue;
    const bool references = split == Split::kValidation || split == Split::kTest;
    return FilesOf(name, GenerateSplit(arguments.options, split, NumRows(split, arguments.profile)),
                   references);
  }
  Fail(ErrorKind::kUsage, "reading --splits", Quoted(name),
       "train, validation, test, slices or pretrain", "generate --help");
}

int Run(const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), "--help") != words.end()) {
    std::cout << kUsage;
    return 0;
  }
  const Arguments arguments = ParseArguments(words);
  MakeDirectories(arguments.out);
  std::vector<DataFile> files;
  for (const std::string& name : arguments.splits) {
    for (DataFile& file : FilesOfSplit(arguments, name)) files.push_back(std::move(file));
  }
  for (const DataFile& file : files) WriteFileAtomic(arguments.out / file.name, file.bytes);
  WriteJsonFile(arguments.out / "manifest.json", Manifest(arguments.options, files));
  return 0;
}

int Main(int argc, char** argv) {
  try {
    return Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const Error& error) {
    std::cerr << error.what() << "\n";
    return ExitStatusOf(error.kind());
  }
}

}  // namespace
}  // namespace plumbline::data::korean

int main(int argc, char** argv) { return plumbline::data::korean::Main(argc, argv); }
