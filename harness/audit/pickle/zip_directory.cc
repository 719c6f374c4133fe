#include "harness/audit/pickle/zip_directory.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "harness/base/error.h"

namespace plumbline::audit {
namespace {

static_assert(std::endian::native == std::endian::little, "zip numbers are little-endian");

constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr size_t kEndBytes = 22;
constexpr size_t kLocator64Bytes = 20;
constexpr size_t kEnd64Bytes = 56;
constexpr size_t kEntryBytes = 46;
constexpr size_t kLocalBytes = 30;
constexpr size_t kMaxCommentBytes = 65535;
constexpr uint32_t kIn64 = 0xffffffff;
constexpr uint16_t kExtra64 = 1;
constexpr uint16_t kEncryptedFlag = 1;

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320u : 0u);
    table[i] = value;
  }
  return table;
}

uint32_t Crc32(std::span<const std::byte> bytes) {
  static constexpr std::array<uint32_t, 256> kTable = MakeCrcTable();
  uint32_t crc = 0xffffffff;
  for (const std::byte byte : bytes) {
    crc = kTable[(crc ^ static_cast<uint32_t>(byte)) & 0xff] ^ (crc >> 8);
  }
  return ~crc;
}

class Archive {
 public:
  Archive(std::span<const std::byte> file, std::string_view name) : file_(file), name_(name) {}

  [[noreturn]] void Refuse(const std::string& found, const std::string& wanted) const {
    Fail(ErrorKind::kData, "reading " + Quoted(name_), found, wanted, "saving or copying it again");
  }

  template <typename Number>
  Number At(uint64_t offset) const {
    Number number = 0;
    std::memcpy(&number, Range(offset, sizeof number).data(), sizeof number);
    return number;
  }

  std::span<const std::byte> Range(uint64_t offset, uint64_t size) const {
    if (offset > file_.size() || size > file_.size() - offset) {
      Refuse("a file of " + std::to_string(file_.size()) + " bytes",
             std::to_string(size) + " bytes at offset " + std::to_string(offset));
    }
    return file_.subspan(offset, size);
  }

  // Offset of the end record: the last place whose comment length reaches the file's end.
  uint64_t FindEnd() const {
    if (file_.size() >= kEndBytes) {
      const uint64_t last = file_.size() - kEndBytes;
      const uint64_t first = last > kMaxCommentBytes ? last - kMaxCommentBytes : 0;
      for (uint64_t at = last + 1; at-- > first;) {
        if (At<uint32_t>(at) != kEndSignature) continue;
        if (at + kEndBytes + At<uint16_t>(at + 20) == file_.size()) return at;
      }
    }
    Refuse("no end record of a zip directory in " + std::to_string(file_.size()) + " bytes",
           "a zip archive as torch.save writes it");
  }

  struct Directory {
    uint64_t num_entries = 0;
    uint64_t offset = 0;
  };

  Directory FindDirectory() const {
    const uint64_t end = FindEnd();
    Directory directory{At<uint16_t>(end + 10), At<uint32_t>(end + 16)};
    if (end >= kLocator64Bytes && At<uint32_t>(end - kLocator64Bytes) == kLocator64Signature) {
      const uint64_t end64 = At<uint64_t>(end - kLocator64Bytes + 8);
      Range(end64, kEnd64Bytes);
      if (At<uint32_t>(end64) != kEnd64Signature) {
        Refuse("no zip64 end record at offset " + std::to_string(end64), "one");
      }
      directory = {At<uint64_t>(end64 + 32), At<uint64_t>(end64 + 48)};
    }
    return directory;
  }

  std::string Text(uint64_t offset, uint64_t size) const {
    const std::span<const std::byte> bytes = Range(offset, size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  // The zip64 extra field holds, in this order, those of the three that did not fit 32 bits.
  void Widen(ZipEntry& entry, uint64_t extra, uint64_t extra_bytes) const {
    for (uint64_t at = extra, end = extra + extra_bytes; at + 4 <= end;) {
      const uint16_t id = At<uint16_t>(at);
      const uint16_t size = At<uint16_t>(at + 2);
      uint64_t field = at + 4;
      for (uint64_t* number : {&entry.size_bytes, &entry.packed_bytes, &entry.header_offset}) {
        if (id != kExtra64 || *number != kIn64 || field + 8 > at + 4 + size) continue;
        *number = At<uint64_t>(field);
        field += 8;
      }
      at += 4 + uint64_t{size};
    }
  }

 private:
  std::span<const std::byte> file_;
  std::string_view name_;
};

}  // namespace

std::vector<ZipEntry> ReadZipDirectory(std::span<const std::byte> file,
                                       std::string_view file_name) {
  const Archive archive(file, file_name);
  const Archive::Directory directory = archive.FindDirectory();
  std::vector<ZipEntry> entries;
  uint64_t at = directory.offset;
  // Each entry takes 46 bytes at least, so a false count ends at the file's end.
  for (uint64_t i = 0; i < directory.num_entries; ++i) {
    archive.Range(at, kEntryBytes);
    if (archive.At<uint32_t>(at) != kEntrySignature) {
      archive.Refuse("no directory entry at offset " + std::to_string(at),
                     std::to_string(directory.num_entries) + " entries");
    }
    const uint64_t name_bytes = archive.At<uint16_t>(at + 28);
    const uint64_t extra_bytes = archive.At<uint16_t>(at + 30);
    const uint64_t comment_bytes = archive.At<uint16_t>(at + 32);
    ZipEntry entry{archive.Text(at + kEntryBytes, name_bytes),
                   archive.At<uint16_t>(at + 8),
                   archive.At<uint16_t>(at + 10),
                   archive.At<uint32_t>(at + 16),
                   archive.At<uint32_t>(at + 20),
                   archive.At<uint32_t>(at + 24),
                   archive.At<uint32_t>(at + 42)};
    archive.Range(at + kEntryBytes + name_bytes, extra_bytes + comment_bytes);
    archive.Widen(entry, at + kEntryBytes + name_bytes, extra_bytes);
    entries.push_back(std::move(entry));
    at += kEntryBytes + name_bytes + extra_bytes + comment_bytes;
  }
  return entries;
}

std::span<const std::byte> StoredBytes(std::span<const std::byte> file, const ZipEntry& entry,
                                       std::string_view file_name) {
  const Archive archive(file, file_name);
  const std::string entry_name = "entry " + Quoted(entry.name);
  if (entry.method != 0 || (entry.flags & kEncryptedFlag) != 0) {
    archive.Refuse(entry_name + " with compression method " + std::to_string(entry.method) +
                       ((entry.flags & kEncryptedFlag) != 0 ? ", encrypted" : ""),
                   "a stored entry, as torch.save writes it");
  }
  archive.Range(entry.header_offset, kLocalBytes);
  if (archive.At<uint32_t>(entry.header_offset) != kLocalSignature) {
    archive.Refuse(entry_name + " without a local header at offset " +
                       std::to_string(entry.header_offset),
                   "one");
  }
  const uint64_t data = entry.header_offset + kLocalBytes +
                        archive.At<uint16_t>(entry.header_offset + 26) +
                        archive.At<uint16_t>(entry.header_offset + 28);
  const std::span<const std::byte> bytes = archive.Range(data, entry.size_bytes);
  if (Crc32(bytes) != entry.crc32) archive.Refuse(entry_name + " with a wrong CRC-32", "its bytes");
  return bytes;
}

}  // namespace plumbline::audit
