#include "harness/audit/reader_own_run.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "harness/audit/path.h"
#include "harness/audit/settings.h"
#include "harness/audit/shared_files.h"
#include "harness/base/error.h"
#include "harness/base/project.h"
#include "harness/base/sha256.h"

namespace plumbline::audit {
namespace {

constexpr const char* kConfigFile = "resolved_config.json";
constexpr const char* kLedgerFile = "ledger.json";
constexpr uintmax_t kLargestDataBytes = uintmax_t{256} << 20;

// The value under DESIGN's own name for it, whatever foreign name it resembles.
void AddUnderKey(const std::string& key, const Literal& value, Layer layer, const Place& place,
                 Evidence& run) {
  if (value.kind == Literal::Kind::kNull) return;
  Literal wrapped;
  wrapped.kind = Literal::Kind::kMap;
  wrapped.members.emplace_back(key, value);
  Evidence one;
  AddSettings(wrapped, layer, place.file, one);
  for (Setting& setting : one.settings) {
    setting.key = key;
    setting.place = {place.file, place.key.empty() ? setting.place.key : place.key, place.line};
    run.settings.push_back(std::move(setting));
  }
}

std::string TextAt(const Literal& map, std::string_view name) {
  const Literal* value = map.Find(name);
  return value == nullptr ? "" : value->text;
}

int LineAt(const Literal& origin) {
  const auto line = ParseDecimal(TextAt(origin, "line"));
  return line && line->Finite() ? static_cast<int>(line->value) : 0;
}

// What one layer said of a key, where a person wrote it.
void AddDeclared(const std::string& key, const Literal& side, Evidence& run) {
  const Literal* value = side.Find("value");
  const Literal* origin = side.Find("origin");
  if (value == nullptr || origin == nullptr || !origin->IsMap()) return;
  const std::string layer = TextAt(*origin, "layer");
  if (layer == "preset" || layer == "include" || layer == "suite") {
    AddUnderKey(key, *value, Layer::kFile, {TextAt(*origin, "file"), key, LineAt(*origin)}, run);
  } else if (layer == "environment") {
    AddUnderKey(key, *value, Layer::kCommandLine, {"environment", TextAt(*origin, "variable"), 0},
                run);
  } else if (layer == "command line") {
    AddUnderKey(key, *value, Layer::kCommandLine, {"command line", TextAt(*origin, "argument"), 0},
                run);
  }
}

std::optional<Decimal> LedgerCount(const Evidence& run, const char* place) {
  const Json::json_pointer pointer(place);
  const Json& ledger = run.documents.ledger;
  if (!ledger.is_object() || !ledger.contains(pointer)) return std::nullopt;
  if (!ledger.at(pointer).is_number_integer()) return std::nullopt;
  return ParseDecimal(ledger.at(pointer).dump());
}

std::optional<std::string> DigestOf(const Json& ledger, const char* role) {
  if (!ledger.is_object()) return std::nullopt;
  const Json::json_pointer place = Json::json_pointer("/observed/data_digests") / std::string(role);
  if (!ledger.contains(place) || !ledger.at(place).is_string()) return std::nullopt;
  return ledger.at(place).get<std::string>();
}

std::set<std::string> TakenRows(const Json& ledger) {
  static const Json::json_pointer kPlace("/observed/taken_rows");
  std::set<std::string> taken;
  if (!ledger.contains(kPlace) || !ledger.at(kPlace).is_array()) return taken;
  for (const Json& id : ledger.at(kPlace)) {
    if (id.is_string()) taken.insert(id.get<std::string>());
  }
  return taken;
}

// Many runs name the same file: it is hashed once, unless it changes between them.
std::string DigestOfUnchanged(const std::filesystem::path& path, uintmax_t bytes, SharedFiles* shared) {
  constexpr size_t kMostFiles = 256;
  struct Digest {
    std::string text;
  };
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error).time_since_epoch().count();
  const std::string key =
      std::to_string(bytes) + " " + std::to_string(changed) + " " + path.string();
  return GetShared<Digest>(error ? nullptr : shared, key, kMostFiles, [&] {
           return Digest{Sha256OfFile(path)};
         })->text;
}

bool RenamesColumns(const Evidence& run) {
  for (const std::string part : {"fname", "dialogue", "summary"}) {
    const Setting* name = run.Find("data.fields." + part, Layer::kResolved);
    if (name != nullptr && name->text != part) return true;
  }
  return false;
}

}  // namespace

void AddOwnConfig(const Literal& document, Evidence& run) {
  const Literal* values = document.Find("values");
  if (values == nullptr || !values->IsMap()) return;
  for (const auto& [key, entry] : values->members) {
    const Literal* value = entry.Find("value");
    const Literal* active = entry.Find("active");
    if (value == nullptr || (active != nullptr && active->text == "false")) continue;
    const Literal* shadowed = entry.Find("shadowed");
    if (shadowed != nullptr && shadowed->IsList()) {  // strongest first in the file
      for (auto side = shadowed->items.rbegin(); side != shadowed->items.rend(); ++side) {
        AddDeclared(key, *side, run);
      }
    }
    AddDeclared(key, entry, run);
    AddUnderKey(key, *value, Layer::kResolved, {kConfigFile, "", value->line}, run);
  }
}

void AddLedgerFacts(Evidence& run) {
  const auto steps = LedgerCount(run, "/observed/optimizer_steps");
  const auto skipped = LedgerCount(run, "/observed/skipped_steps");
  if (steps) {
    const double moved = steps->value - (skipped ? skipped->value : 0);  // steps count both
    const auto updates = ParseDecimal(std::to_string(std::llround(moved)));
    run.facts.insert_or_assign("optimizer_updates",
                               Reading{*updates, {kLedgerFile, "observed.optimizer_steps", 0}});
  }
  if (const auto processes = LedgerCount(run, "/declared/world_size")) {
    Literal value;
    value.kind = Literal::Kind::kNumber;
    value.text = processes->text;
    AddUnderKey("training.world_size", value, Layer::kResolved,
                {kLedgerFile, "declared.world_size", 0}, run);
  }
}

JoinedData FindOwnData(const Evidence& run, const char* key, const char* role) {
  JoinedData data;
  const auto digest = DigestOf(run.documents.ledger, role);
  const Setting* named = run.Find(key, Layer::kResolved);
  if (!digest || named == nullptr || named->text.empty()) return data;
  if (RenamesColumns(run)) return data;
  const std::filesystem::path path = FindProjectFile(named->text);
  std::error_code error;
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error || !IsFile(path) || bytes > kLargestDataBytes) return data;
  if (DigestOfUnchanged(path, bytes, run.shared.get()) != *digest) {
    data.problem = "joining " + Quoted(named->text) +
                   ": found another digest than the run recorded, wanted the data it was made with";
    return data;
  }
  data.path = path;
  data.digest = *digest;
  if (std::string_view(role) == "train") data.taken = TakenRows(run.documents.ledger);
  return data;
}

}  // namespace plumbline::audit
