#include "models/safetensors_header.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <tuple>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"

namespace plumbline::models {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's numbers are little-endian");

constexpr uint64_t kLengthBytes = 8;
// The reference library's own bound of a header.
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr const char* kHint = "downloading or saving the file again";

struct TypeRow {
  std::string_view name;
  int64_t size_bytes;
};

constexpr TypeRow kTypes[] = {
#define STORED_TYPE(name, bytes, aten) {#name, bytes},
#include "models/safetensors_types.def"
#undef STORED_TYPE
};

// Errors of one file, each with the tensor at hand.
class Reader {
 public:
  Reader(std::span<const std::byte> file, std::string_view file_name)
      : file_(file), file_name_(file_name) {}

  SafetensorsHeader Read() {
    const uint64_t data_begin = kLengthBytes + HeaderLength();
    const Json header = ParseHeader();
    SafetensorsHeader read;
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__") {
        read.metadata = ReadMetadata(value);
      } else {
        read.tensors.push_back(ReadTensor(name, value, data_begin));
      }
    }
    RequireLayout(read.tensors, data_begin);
    return read;
  }

 private:
  [[noreturn]] void Refuse(std::string_view tensor, std::string_view found,
                           std::string_view wanted) const {
    std::string what = "reading " + Quoted(file_name_);
    if (!tensor.empty()) what += " tensor " + Quoted(tensor);
    Fail(ErrorKind::kModel, what, found, wanted, kHint);
  }

  std::string FileSize() const { return "a file of " + std::to_string(file_.size()) + " bytes"; }

  uint64_t HeaderLength() const {
    if (file_.size() < kLengthBytes) Refuse("", FileSize(), "at least 8 bytes of header length");
    uint64_t length = 0;
    std::memcpy(&length, file_.data(), sizeof length);
    if (length > kMaxHeaderBytes) {
      Refuse("", "a header of " + std::to_string(length) + " bytes",
             "safetensors, whose header has at most " + std::to_string(kMaxHeaderBytes));
    }
    if (length > file_.size() - kLengthBytes) {
      Refuse("", FileSize(),
             "a header of " + std::to_string(length) + " bytes in it; the file is truncated");
    }
    return length;
  }

  Json ParseHeader() const {
    const std::string_view text(reinterpret_cast<const char*>(file_.data()) + kLengthBytes,
                                HeaderLength());
    if (text.empty() || text.front() != '{')
      Refuse("", "a header that is no JSON object", "safetensors");
    try {
      return ParseJson(text, Quoted(file_name_) + " header");
    } catch (const Error& error) {
      throw Error(ErrorKind::kModel, error.what());
    }
  }

  std::map<std::string, std::string> ReadMetadata(const Json& value) const {
    std::map<std::string, std::string> metadata;
    if (!value.is_object()) Refuse("__metadata__", value.dump(), "an object of texts");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) Refuse("__metadata__", Quoted(key) + " = " + text.dump(), "a text");
      metadata[key] = text.get<std::string>();
    }
    return metadata;
  }

  const Json& Field(const std::string& tensor, const Json& value, const char* key) const {
    if (!value.is_object() || !value.contains(key)) {
      Refuse(tensor, "no " + Quoted(key), "dtype, shape and data_offsets");
    }
    return value.at(key);
  }

  StoredType ReadType(const std::string& tensor, const Json& value) const {
    for (size_t i = 0; i < std::size(kTypes); ++i) {
      if (value.is_string() && value.get_ref<const std::string&>() == kTypes[i].name)
        return static_cast<StoredType>(i);
    }
    std::string known;
    for (const TypeRow& row : kTypes) known.append(known.empty() ? "" : ", ").append(row.name);
    Refuse(tensor, "dtype " + value.dump(), "one of " + known);
  }

  std::vector<uint64_t> ReadSizes(const std::string& tensor, const Json& value,
                                  const char* key) const {
    std::vector<uint64_t> sizes;
    if (!value.is_array())
      Refuse(tensor, std::string(key) + " " + value.dump(), "a list of whole numbers");
    for (const Json& size : value) {
      if (!size.is_number_unsigned() || size.get<uint64_t>() > INT64_MAX) {
        Refuse(tensor, std::string(key) + " " + value.dump(), "whole numbers below 2^63");
      }
      sizes.push_back(size.get<uint64_t>());
    }
    return sizes;
  }

  // Elements times size; nullopt on overflow.
  static std::optional<uint64_t> BytesOf(const std::vector<uint64_t>& shape, StoredType type) {
    uint64_t bytes = static_cast<uint64_t>(SizeBytesOf(type));
    for (const uint64_t size : shape) {
      if (__builtin_mul_overflow(bytes, size, &bytes)) return std::nullopt;
    }
    return bytes;
  }

  StoredTensor ReadTensor(const std::string& name, const Json& value, uint64_t data_begin) const {
    const StoredType type = ReadType(name, Field(name, value, "dtype"));
    const std::vector<uint64_t> shape = ReadSizes(name, Field(name, value, "shape"), "shape");
    const std::vector<uint64_t> offsets =
        ReadSizes(name, Field(name, value, "data_offsets"), "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1]) {
      Refuse(name, "data_offsets " + value.at("data_offsets").dump(),
             "begin and end in this order");
    }
    const std::optional<uint64_t> wanted = BytesOf(shape, type);
    if (wanted != offsets[1] - offsets[0]) {
      Refuse(name, std::to_string(offsets[1] - offsets[0]) + " bytes",
             (wanted ? std::to_string(*wanted) : std::string("fewer than 2^64")) + " for " +
                 std::string(NameOf(type)) + " " + value.at("shape").dump());
    }
    return {
        name, type, {shape.begin(), shape.end()}, data_begin + offsets[0], data_begin + offsets[1]};
  }

  // In order of offsets: each begins where the one before ended, the last ends with the file.
  void RequireLayout(const std::vector<StoredTensor>& tensors, uint64_t data_begin) const {
    std::vector<const StoredTensor*> order;
    for (const StoredTensor& tensor : tensors) order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](const StoredTensor* a, const StoredTensor* b) {
      return std::tie(a->begin, a->end, a->name) < std::tie(b->begin, b->end, b->name);
    });
    uint64_t expected = data_begin;
    for (const StoredTensor* tensor : order) {
      if (tensor->begin != expected) {
        Refuse(tensor->name, "bytes from offset " + std::to_string(tensor->begin - data_begin),
               "offset " + std::to_string(expected - data_begin) +
                   ", where the tensor before ends (" +
                   (tensor->begin < expected ? "overlap" : "gap") + ")");
      }
      if (tensor->end > file_.size()) {
        Refuse(tensor->name, FileSize(),
               "at least " + std::to_string(tensor->end) + "; the file is truncated");
      }
      expected = tensor->end;
    }
    if (expected != file_.size())
      Refuse("", FileSize(), std::to_string(expected) + ", where the last tensor ends");
  }

  std::span<const std::byte> file_;
  std::string_view file_name_;
};

}  // namespace

std::string_view NameOf(StoredType type) { return kTypes[static_cast<size_t>(type)].name; }

int64_t SizeBytesOf(StoredType type) { return kTypes[static_cast<size_t>(type)].size_bytes; }

SafetensorsHeader ParseSafetensors(std::span<const std::byte> file, std::string_view file_name) {
  return Reader(file, file_name).Read();
}

}  // namespace plumbline::models
