// The directory of a zip archive and the bytes of its stored entries. Called by the reader of
// training_args.bin, which torch.save writes as a zip without compression; it must not know what
// the entries mean. Compressed and encrypted entries are listed and refused when asked for.
// Source: PKWARE APPNOTE 6.3.3 (sections 4.3 and 4.5.3).
#ifndef PLUMBLINE_HARNESS_AUDIT_PICKLE_ZIP_DIRECTORY_H_
#define PLUMBLINE_HARNESS_AUDIT_PICKLE_ZIP_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::audit {

struct ZipEntry {
  std::string name;
  uint16_t flags = 0;
  uint16_t method = 0;  // 0 stored, 8 deflated
  uint32_t crc32 = 0;
  uint64_t packed_bytes = 0;
  uint64_t size_bytes = 0;
  uint64_t header_offset = 0;  // of the local header
};

// The central directory, zip64 included. `file_name` stands in errors. Errors: kData when there is
// none, when it does not lie inside the file, or when it is cut short.
std::vector<ZipEntry> ReadZipDirectory(std::span<const std::byte> file, std::string_view file_name);

// A view of a stored entry's bytes; its CRC is checked. Errors: kData when it is compressed or
// encrypted, does not lie inside the file, or fails its CRC.
std::span<const std::byte> StoredBytes(std::span<const std::byte> file, const ZipEntry& entry,
                                       std::string_view file_name);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PICKLE_ZIP_DIRECTORY_H_
