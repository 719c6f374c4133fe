#include "harness/check/machine.h"

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/json_fields.h"
#include "harness/base/sha256.h"

namespace plumbline::check {
namespace {

constexpr std::string_view kSchemaName = "plumbline.environment";
constexpr int kSchemaMajor = 1;
constexpr int kSchemaMinor = 0;
constexpr const char* kAbsent = "absent";
constexpr size_t kStemDigits = 8;

struct FieldUse {
  std::string_view name;
  bool numeric;
  bool performance;
};

// MKL and oneDNN choose kernels and block sizes by vendor, model and instruction set; sums follow
// them. Package versions decide what the program can read, not what it computes: their effect shows
// in D0 rows.
constexpr FieldUse kUses[] = {
    {"cpu.vendor", true, true},
    {"cpu.family_model_stepping", true, true},
    {"cpu.isa", true, true},
    {"cpu.model", false, true},
    {"cpu.logical", false, true},
    {"kernel.machine", true, true},
    {"compiler", true, true},
    {"libtorch", true, true},
    {"package.libc6", true, true},
    {"package.libsentencepiece-dev", false, false},
    {"package.libyaml-cpp-dev", false, false},
    {"package.nlohmann-json3-dev", false, false},
    {"threads", true, true},
    {"device", true, true},
    {"deterministic", true, true},
};

FieldUse UseOf(const std::string& name) {
  const auto found = std::ranges::find(kUses, std::string_view(name), &FieldUse::name);
  return found == std::ranges::end(kUses) ? FieldUse{name, true, true} : *found;
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string ValueIn(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? kAbsent : found->second;
}

void AppendLines(const char* title, const Fields& fields, std::string& text) {
  for (const auto& [name, value] : fields)
    text += std::string(title) + " " + name + "=" + value + "\n";
}

// Letters, digits and '.', so that a path needs no quoting anywhere.
std::string Slug(const std::string& text) {
  std::string slug;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
    if (plain) slug += c;
  }
  return slug;
}

// The widest instruction set of "avx,avx2,fma,avx512f,...": the field lists them in ascending
// order.
std::string WidestIsa(const std::string& isa) {
  for (const char* name : {"avx512f", "avx2", "avx"}) {
    if (("," + isa + ",").find(std::string(",") + name + ",") != std::string::npos) return name;
  }
  return "baseline";
}

Fields FieldsFromJson(const JsonFields& json, const std::string& name) {
  Fields fields;
  const JsonFields inner(json.Object(name), "environment.json " + name);
  for (const auto& item : json.Object(name).items()) fields[item.key()] = inner.Text(item.key());
  return fields;
}

}  // namespace

Fields ParseFields(std::string_view text, std::string_view where) {
  Fields fields;
  int line_number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find(" =");
    const std::string place = std::string(where) + ":" + std::to_string(line_number);
    if (equals == std::string_view::npos) {
      Fail(ErrorKind::kData, "reading " + place, Quoted(line), "name = value",
           "building @machine again");
    }
    const std::string name(Trimmed(line.substr(0, equals)));
    if (!fields.emplace(name, Trimmed(line.substr(equals + 2))).second) {
      Fail(ErrorKind::kData, "reading " + place, Quoted(name) + " twice", "each field once",
           "building @machine again");
    }
  }
  return fields;
}

MachineKey KeyOf(const Environment& environment) {
  MachineKey key;
  for (const auto& [name, value] : environment.machine) {
    const FieldUse use = UseOf(name);
    if (use.numeric) key.numeric[name] = value;
    if (use.performance) key.performance[name] = value;
  }
  return key;
}

std::vector<FieldDifference> CompareFields(const Fields& baseline, const Fields& candidate) {
  Fields names = baseline;
  names.insert(candidate.begin(), candidate.end());
  std::vector<FieldDifference> differences;
  for (const auto& [name, unused] : names) {
    FieldDifference difference{name, ValueIn(baseline, name), ValueIn(candidate, name)};
    const bool equal = difference.baseline == difference.candidate &&
                       baseline.contains(name) == candidate.contains(name);
    if (!equal) differences.push_back(std::move(difference));
  }
  return differences;
}

std::string Describe(const std::vector<FieldDifference>& differences, size_t most) {
  std::string text;
  for (size_t i = 0; i < std::min(most, differences.size()); ++i) {
    const FieldDifference& difference = differences[i];
    text += (i == 0 ? "" : ", ") + difference.name + " (" + difference.baseline + ", here " +
            difference.candidate + ")";
  }
  if (differences.size() > most)
    text += " and " + std::to_string(differences.size() - most) + " more";
  return text;
}

std::string FileStemOf(const MachineKey& key) {
  std::string lines;
  AppendLines("numeric", key.numeric, lines);
  AppendLines("performance", key.performance, lines);
  std::string stem;
  for (const std::string& part :
       {Slug(ValueIn(key.numeric, "kernel.machine")), WidestIsa(ValueIn(key.numeric, "cpu.isa")),
        "t" + Slug(ValueIn(key.numeric, "threads"))}) {
    stem += part + "-";
  }
  return stem + Sha256Hex(lines).substr(0, kStemDigits);
}

Json ToJson(const Environment& environment) {
  return Json{{"schema", SchemaStamp(kSchemaName, kSchemaMajor, kSchemaMinor)},
              {"machine", environment.machine},
              {"code", environment.code},
              {"covariates", environment.covariates}};
}

Environment EnvironmentFromJson(const Json& json) {
  RequireSchema(json, kSchemaName, kSchemaMajor, "environment.json");
  const JsonFields fields(json, "environment.json");
  return {FieldsFromJson(fields, "machine"), FieldsFromJson(fields, "code"),
          FieldsFromJson(fields, "covariates")};
}

}  // namespace plumbline::check
