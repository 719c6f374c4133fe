#include "harness/data/korean/dataset_writer.h"

#include <algorithm>

#include "harness/base/random.h"
#include "harness/base/sha256.h"
#include "harness/data/korean/catalog.h"
#include "harness/data/korean/hangul.h"
#include "harness/data/korean/lexicon.h"

namespace plumbline::data::korean {
namespace {

constexpr int64_t kNumNoiseItems = 100, kNumLongItems = 20, kNumMultiItems = 20,
                  kNumNewNameItems = 25;
constexpr int64_t kSearchedRows = 4000;  // of the pretrain stream, for long and crowded dialogues
constexpr int kLongTurns = 25, kMultiPersons = 5;

std::string Quoted(std::string_view field) {
  std::string quoted = "\"";
  for (const char c : field) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string FullWidthDigits(std::string_view text) {
  std::u32string points = Decode(text);
  bool inside_tag = false;
  for (char32_t& point : points) {
    if (point == U'#') inside_tag = !inside_tag;
    if (!inside_tag && point >= U'0' && point <= U'9') point += U'\uFF10' - U'0';
  }
  return Encode(points);
}

// The disturbances of the real data, one kind an item.
std::string Disturbed(std::string text, SplitMix64& random) {
  switch (random.Below(6)) {
    case 0:
      ReplaceAll(text, "\n", "\\n");
      break;
    case 1:
      ReplaceAll(text, "\n", "<br>");
      break;
    case 2:
      if (const size_t at = text.find('\n', text.size() / 2); at != std::string::npos)
        text.erase(at, 1);
      break;
    case 3:
      ReplaceAll(text, ". ", ".  ");
      ReplaceAll(text, ", ", ",  ");
      break;
    case 4:
      ReplaceAll(text, "#: ", "# : ");
      break;
    default:
      text = FullWidthDigits(text);
  }
  return text;
}

template <typename Keep>
std::vector<Item> Kept(const std::vector<Item>& items, int64_t count, Keep keep) {
  std::vector<Item> kept;
  for (const Item& item : items) {
    if (static_cast<int64_t>(kept.size()) < count && keep(item)) kept.push_back(item);
  }
  return kept;
}

void Append(std::vector<DataFile>& files, std::vector<DataFile> more) {
  for (DataFile& file : more) files.push_back(std::move(file));
}

}  // namespace

std::string JsonLines(const std::vector<Item>& items, bool references) {
  std::string lines;
  for (const Item& item : items) lines += item.ToRecord(references).dump() + "\n";
  return lines;
}

std::string MetaLines(const std::vector<Item>& items) {
  std::string lines;
  for (const Item& item : items) lines += item.ToMeta().dump() + "\n";
  return lines;
}

std::string CsvText(const std::vector<Item>& items) {
  std::string csv = "fname,dialogue,summary,topic\n";
  for (const Item& item : items) {
    csv += Quoted(item.fname) + "," + Quoted(item.dialogue) + "," + Quoted(item.summary) + "," +
           Quoted(item.topic) + "\n";
  }
  return csv;
}

std::vector<DataFile> FilesOf(std::string_view name, const std::vector<Item>& items,
                              bool references) {
  const std::string stem(name);
  const auto rows = static_cast<int64_t>(items.size());
  std::vector<DataFile> files = {{stem + ".jsonl", JsonLines(items, false), rows},
                                 {stem + ".csv", CsvText(items), rows},
                                 {stem + ".meta.jsonl", MetaLines(items), rows}};
  if (references) files.push_back({stem + ".references.jsonl", JsonLines(items, true), rows});
  return files;
}

std::vector<DataFile> SliceFiles(const GeneratorOptions& options) {
  const std::vector<Item> validation =
      GenerateSplit(options, Split::kValidation, NumRows(Split::kValidation, Profile::kFull));
  std::vector<Item> decomposed = validation;
  for (Item& item : decomposed) {
    item.dialogue = DecomposeHangul(item.dialogue);
    item.summary = DecomposeHangul(item.summary);
    item.topic = DecomposeHangul(item.topic);
    for (std::string& summary : item.more_summaries) summary = DecomposeHangul(summary);
  }
  std::vector<Item> noisy(validation.begin(), validation.begin() + kNumNoiseItems);
  SplitMix64 random = NamedStream(options.seed, "noise");
  for (Item& item : noisy) item.dialogue = Disturbed(item.dialogue, random);
  const std::vector<Item> searched = GenerateSlice(options, kSearchedRows);
  std::vector<DataFile> files;
  Append(files, FilesOf("validation_nfd", decomposed, false));
  Append(files, FilesOf("validation_noise", noisy, false));
  Append(files, FilesOf("validation_long",
                        Kept(searched, kNumLongItems,
                             [](const Item& i) { return i.turns.size() >= kLongTurns; }),
                        false));
  Append(files, FilesOf("validation_multi",
                        Kept(searched, kNumMultiItems,
                             [](const Item& i) { return i.num_persons >= kMultiPersons; }),
                        false));
  Append(files, FilesOf("validation_newnames", GenerateNewNames(options, kNumNewNameItems), false));
  return files;
}

Json Manifest(const GeneratorOptions& options, const std::vector<DataFile>& files) {
  Json manifest = {
      {"lexicon_version", kLexiconVersion}, {"seed", options.seed}, {"topics", Frames().size()}};
  for (const DataFile& file : files) {
    manifest["files"][file.name] = {
        {"sha256", Sha256Hex(file.bytes)}, {"rows", file.num_rows}, {"bytes", file.bytes.size()}};
  }
  return manifest;
}

}  // namespace plumbline::data::korean
