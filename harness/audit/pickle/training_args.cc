#include "harness/audit/pickle/training_args.h"

#include <algorithm>

#include "harness/audit/pickle/pickle_walker.h"
#include "harness/audit/pickle/zip_directory.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace plumbline::audit {
namespace {

constexpr size_t kMaxPickleBytes = size_t{16} << 20;
constexpr std::byte kProtoOpcode{0x80};
// torch.save before 1.6 wrote pickles one after the other: a magic number, the protocol, facts of
// the machine, then the object. The magic number takes ten bytes (LONG1).
constexpr int kNumLegacyLeaders = 3;
constexpr std::byte kLegacyMagic[] = {std::byte{0x6c}, std::byte{0xfc}, std::byte{0x9c},
                                      std::byte{0x46}, std::byte{0xf9}, std::byte{0x20},
                                      std::byte{0x6a}, std::byte{0xa8}, std::byte{0x50},
                                      std::byte{0x19}};

[[noreturn]] void Refuse(std::string_view name, const std::string& found) {
  Fail(ErrorKind::kData, "reading " + Quoted(name), found, "what torch.save writes of settings",
       "giving the settings as training_args.json");
}

// Leaders are skipped by their opcodes' own lengths: PROTO 2, LONG1 10 bytes, STOP.
Json LegacyObject(std::span<const std::byte> file, std::string_view name) {
  constexpr size_t kMagicBegin = 4;
  constexpr size_t kMagicPickleBytes = kMagicBegin + std::size(kLegacyMagic) + 1;
  if (file.size() > kMagicPickleBytes &&
      std::equal(std::begin(kLegacyMagic), std::end(kLegacyMagic), file.begin() + kMagicBegin)) {
    std::span<const std::byte> rest = file.subspan(kMagicPickleBytes);
    for (int i = 1; i < kNumLegacyLeaders; ++i) {
      rest = rest.subspan(WalkPickle(rest, name).num_bytes);
    }
    return ToJson(WalkPickle(rest, name).value);
  }
  return ToJson(WalkPickle(file, name).value);  // a plain pickle.dump
}

Json ObjectOf(std::span<const std::byte> file, std::string_view name) {
  if (file.empty()) Refuse(name, "an empty file");
  if (file.front() == kProtoOpcode) {
    if (file.size() > kMaxPickleBytes) {
      Refuse(name, "a pickle of " + std::to_string(file.size()) + " bytes");
    }
    return LegacyObject(file, name);
  }
  for (const ZipEntry& entry : ReadZipDirectory(file, name)) {
    if (entry.name != "data.pkl" && !entry.name.ends_with("/data.pkl")) continue;
    if (entry.size_bytes > kMaxPickleBytes) {
      Refuse(name, "a pickle of " + std::to_string(entry.size_bytes) + " bytes");
    }
    return ToJson(WalkPickle(StoredBytes(file, entry, name), name).value);
  }
  Refuse(name, "a zip archive without data.pkl");
}

}  // namespace

TrainingArgsFile ParseTrainingArgs(std::span<const std::byte> file, std::string_view file_name) {
  TrainingArgsFile read;
  try {
    read.values = ObjectOf(file, file_name);
    if (!read.values.is_object()) Refuse(file_name, "a value that is no object with fields");
    if (read.values.contains("__class__")) {
      read.class_name = read.values["__class__"].get<std::string>();
      read.values.erase("__class__");
    }
  } catch (const Error& error) {
    read = {};
    read.refused = error.what();
  }
  return read;
}

TrainingArgsFile ReadTrainingArgs(const std::filesystem::path& path) {
  try {
    const MappedFile file(path);
    return ParseTrainingArgs(file.bytes(), path.filename().string());
  } catch (const Error& error) {
    return {"", Json(), error.what()};
  }
}

}  // namespace plumbline::audit
