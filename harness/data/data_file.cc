#include "harness/data/data_file.h"

#include <cctype>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/data/csv.h"

namespace plumbline::data {
namespace {

constexpr const char* kManifestName = "manifest.json";

std::string LowerExtension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

// By name, else by content: an object opens every line of JSON lines, and no header of a CSV.
bool IsCsv(const std::filesystem::path& path) {
  const std::string extension = LowerExtension(path);
  if (extension == ".csv") return true;
  if (extension == ".jsonl" || extension == ".json") return false;
  const MappedFile file(path);
  std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos || text[first] != '{';
}

// The digest that a manifest beside the file promises; empty when none stands there or none is
// promised.
std::string PromisedDigest(const std::filesystem::path& path, DataFile& file) {
  const std::filesystem::path manifest_path = path.parent_path() / kManifestName;
  if (!std::filesystem::exists(manifest_path)) return "";
  const Json manifest = ReadJsonFile(manifest_path);
  if (!manifest.is_object() || !manifest.contains("files") || !manifest["files"].is_object())
    return "";
  const std::string name = path.filename().string();
  const auto entry = manifest["files"].find(name);
  if (entry == manifest["files"].end()) {
    file.notes.push_back(Quoted(manifest_path.string()) + " does not name " + Quoted(name) +
                         ": its digest was not checked");
    return "";
  }
  const auto digest = entry->is_object() ? entry->find("sha256") : entry->end();
  if (digest == entry->end() || !digest->is_string()) {
    Fail(ErrorKind::kData, "reading " + Quoted(manifest_path.string()),
         "no sha256 for " + Quoted(name), "one", "making the data again");
  }
  return digest->get<std::string>();
}

}  // namespace

DataFile CheckDataFile(const std::filesystem::path& path) {
  DataFile file;
  file.path = path;
  file.sha256 = Sha256OfFile(path);
  file.is_csv = IsCsv(path);
  const std::string promised = PromisedDigest(path, file);
  file.in_manifest = !promised.empty();
  if (promised.empty() || promised == file.sha256) return file;
  Fail(ErrorKind::kData, "checking " + Quoted(path.string()) + " against its manifest.json",
       "SHA-256 " + file.sha256, promised,
       "restoring the file, or a new manifest if the data changed on purpose");
}

void ForEachRecord(const DataFile& file, const RecordCallback& on_record) {
  if (file.is_csv) {
    ForEachCsvRow(file.path, on_record);
  } else {
    ForEachJsonLine(file.path, on_record);
  }
}

}  // namespace plumbline::data
