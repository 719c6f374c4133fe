#include <algorithm>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/nearest.h"
#include "harness/config/node.h"
#include "harness/config/source.h"
#include "harness/config/value.h"

namespace plumbline::config {
namespace {

// Walks the sections of one file down to keys of the schema.
class FileReader {
 public:
  FileReader(std::string shown, Layer layer, std::vector<Setting>& settings)
      : shown_(std::move(shown)), layer_(layer), settings_(settings) {}

  void ReadRoot(const Node& root) {
    if (root.kind != Node::Kind::kMap) {
      Fail(ErrorKind::kUsage, PlaceOf(shown_, root), "no map of sections", "section: {key: value}",
           "training:\n  seed: 1");
    }
    for (const Member& member : root.members) {
      if (member.key.text != "include") ReadMember("", member);
    }
  }

 private:
  void ReadMember(const std::string& prefix, const Member& member) {
    const std::string name = prefix + member.key.text;
    const std::string place = PlaceOf(shown_, member.key);
    if (IsSection(name)) return ReadSection(name, member);
    const KeySpec& spec = KeyOrFail(name, place);
    Origin origin;
    origin.layer = layer_;
    origin.file = shown_;
    origin.line = member.value.line > 0 ? member.value.line : member.key.line;
    origin.column = member.value.line > 0 ? member.value.column : member.key.column;
    settings_.push_back(
        {&spec, ReadValue(spec, member.value, PlaceOf(shown_, member.value)), origin});
  }

  void ReadSection(const std::string& name, const Member& member) {
    if (member.value.kind == Node::Kind::kNull) return;
    if (member.value.kind != Node::Kind::kMap) {
      Fail(ErrorKind::kUsage, PlaceOf(shown_, member.value),
           "one value for the section " + Quoted(name), "keys below it",
           "indenting key: value below " + name + ":");
    }
    for (const Member& inner : member.value.members) ReadMember(name + ".", inner);
  }

  std::string shown_;
  Layer layer_;
  std::vector<Setting>& settings_;
};

// Reads suite files and their includes; remembers the chain that led to the file in hand.
class IncludeReader {
 public:
  explicit IncludeReader(std::vector<Setting>& settings) : settings_(settings) {}

  void Read(const std::filesystem::path& file, Layer layer, const std::string& asked_by) {
    std::error_code code;
    const auto identity = std::filesystem::weakly_canonical(file, code).string();
    RefuseCycle(identity, file.string(), asked_by);
    const auto [first, is_new] = seen_.emplace(identity, layer);
    if (!is_new && first->second != layer) {
      Fail(ErrorKind::kUsage, "the config " + Quoted(file.string()), "named and included as well",
           "one of the two", "leaving it off the command line");
    }
    if (!is_new) return;
    chain_.push_back({identity, file.string()});
    const Node root = ParseYaml(ReadFile(file), file.string());
    for (const std::filesystem::path& included : Includes(root, file)) {
      Read(included, Layer::kInclude, file.string());
    }
    FileReader(file.string(), layer, settings_).ReadRoot(root);
    chain_.pop_back();
  }

 private:
  struct Link {
    std::string identity;
    std::string shown;
  };

  void RefuseCycle(const std::string& identity, const std::string& shown,
                   const std::string& asked_by) const {
    const auto same = [&](const Link& link) { return link.identity == identity; };
    const auto begin = std::find_if(chain_.begin(), chain_.end(), same);
    if (begin == chain_.end()) return;
    std::string chain;
    for (auto link = begin; link != chain_.end(); ++link) chain += link->shown + " -> ";
    Fail(ErrorKind::kUsage, asked_by + ": include", "a cycle: " + chain + shown,
         "includes without a cycle", "removing one of these includes");
  }

  static std::vector<std::filesystem::path> Includes(const Node& root,
                                                     const std::filesystem::path& file) {
    std::vector<std::filesystem::path> files;
    for (const Member& member : root.members) {
      if (member.key.text != "include") continue;
      if (member.value.kind != Node::Kind::kList) {
        Fail(ErrorKind::kUsage, PlaceOf(file.string(), member.value), "include without a list",
             "include: [file, ...]", "include: [" + member.value.text + "]");
      }
      for (const Node& item : member.value.items) files.push_back(IncludedFile(item, file));
    }
    return files;
  }

  static std::filesystem::path IncludedFile(const Node& item, const std::filesystem::path& file) {
    const std::filesystem::path included = file.parent_path() / item.text;
    if (item.kind == Node::Kind::kScalar && std::filesystem::is_regular_file(included))
      return included;
    Fail(ErrorKind::kUsage, PlaceOf(file.string(), item), "no file " + Quoted(included.string()),
         "a file, relative to the one that includes it", "checking the path");
  }

  std::vector<Setting>& settings_;
  std::vector<Link> chain_;
  std::map<std::string, Layer> seen_;
};

}  // namespace

std::vector<Setting> ReadFiles(const std::vector<std::filesystem::path>& files) {
  std::vector<Setting> settings;
  std::set<std::string> named;
  IncludeReader reader(settings);
  for (const std::filesystem::path& file : files) {
    if (!std::filesystem::is_regular_file(file)) {
      Fail(ErrorKind::kUsage, "reading the config " + Quoted(file.string()), "no such file",
           "a YAML file", "checking the path, or --help for the flags");
    }
    std::error_code code;
    if (!named.insert(std::filesystem::weakly_canonical(file, code).string()).second) {
      Fail(ErrorKind::kUsage, "the command line", "the config " + Quoted(file.string()) + " twice",
           "each file once", "removing one of the two");
    }
    reader.Read(file, Layer::kSuite, "");
  }
  return settings;
}

std::vector<Setting> ReadPresetFile(const std::filesystem::path& file, const std::string& shown) {
  const Node root = ParseYaml(ReadFile(file), shown);
  for (const Member& member : root.members) {
    if (member.key.text != "include") continue;
    Fail(ErrorKind::kUsage, PlaceOf(shown, member.key), "include in a preset",
         "all of its keys in one file", "writing them out");
  }
  std::vector<Setting> settings;
  FileReader(shown, Layer::kPreset, settings).ReadRoot(root);
  return settings;
}

}  // namespace plumbline::config
