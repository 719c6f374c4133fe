// SHA-256 (FIPS 180-4), for digests of data, tokenizers, checkpoints and evidence.
#ifndef PLUMBLINE_HARNESS_BASE_SHA256_H_
#define PLUMBLINE_HARNESS_BASE_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace plumbline {

class Sha256 {
 public:
  Sha256();
  void Update(std::string_view bytes);
  // The digest as 64 lower-case hexadecimal digits. The object must not be updated afterwards.
  std::string HexDigest();

 private:
  void Block(const unsigned char* block);

  std::array<uint32_t, 8> state_;
  std::array<unsigned char, 64> buffer_{};
  size_t buffered_ = 0;
  uint64_t length_bytes_ = 0;
};

// Digest of `bytes`, 64 hexadecimal digits.
std::string Sha256Hex(std::string_view bytes);

// Digest of a file's bytes. Errors: kData when it cannot be read.
std::string Sha256OfFile(const std::filesystem::path& path);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_SHA256_H_
