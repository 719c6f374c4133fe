// pretraining_rows --data STEM.jsonl --out F.jsonl: rows of the two pre-training tasks from a generated split.
// See README.md for what they are. Deterministic: a row is a function of its fname.
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/base/random.h"

namespace plumbline {
namespace {

constexpr uint64_t kSeed = 42;
constexpr uint64_t kBlankedPercent = 35;
constexpr std::string_view kBlank = "_";
constexpr size_t kMostDialogueCharacters = 300;  // longer dialogues cost more than they teach at this size

std::vector<std::string> Lines(const std::filesystem::path& path) {
  std::istringstream stream(ReadFile(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Code points of UTF-8 text.
size_t NumCharacters(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

// "slot value, slot value": slots in the order of the sidecar.
std::string FactList(const Json& meta) {
  std::string list;
  for (const Json& fact : meta.at("facts")) {
    if (!list.empty()) list += ", ";
    list += fact.at("slot").get<std::string>() + " " + fact.at("final").get<std::string>();
  }
  return list;
}

std::string Blanked(const std::string& summary, SplitMix64 draw) {
  std::istringstream words(summary);
  std::string text;
  for (std::string word; words >> word;) {
    if (!text.empty()) text += ' ';
    text += draw.Below(100) < kBlankedPercent ? std::string(kBlank) : word;
  }
  return text;
}

std::string FirstSummary(const Json& record) {
  const Json& summary = record.at("summary");
  return summary.is_array() ? summary.at(0).get<std::string>() : summary.get<std::string>();
}

std::string RowLine(const std::string& fname, const std::string& source, const std::string& target) {
  return Json{{"fname", fname}, {"dialogue", source}, {"summary", target}}.dump() + "\n";
}

int Run(const std::filesystem::path& data, const std::filesystem::path& out) {
  std::filesystem::path sidecar = data;
  sidecar.replace_extension(".meta.jsonl");
  const std::vector<std::string> records = Lines(data);
  const std::vector<std::string> metas = Lines(sidecar);
  PLUMBLINE_CHECK(records.size() == metas.size());
  AtomicFile file(out);
  for (size_t i = 0; i < records.size(); ++i) {
    const Json record = ParseJson(records[i], data.string());
    const std::string fname = record.at("fname");
    const std::string facts = FactList(ParseJson(metas[i], sidecar.string()));
    const std::string summary = FirstSummary(record);
    const bool is_short = NumCharacters(record.at("dialogue").get<std::string>()) <= kMostDialogueCharacters;
    if (!facts.empty() && is_short) file.Write(RowLine(fname + "/facts", record.at("dialogue"), facts));
    const std::string blanked = Blanked(summary, NamedStream(kSeed, "recipe/blank/" + fname));
    file.Write(RowLine(fname + "/blanks", blanked, summary));
  }
  file.Commit();
  return 0;
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  if (words.size() != 4 || words[0] != "--data" || words[2] != "--out") {
    std::fprintf(stderr, "pretraining_rows --data STEM.jsonl --out F.jsonl\n");
    return 2;
  }
  try {
    return plumbline::Run(words[1], words[3]);
  } catch (const plumbline::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return plumbline::ExitStatusOf(error.kind());
  }
}
