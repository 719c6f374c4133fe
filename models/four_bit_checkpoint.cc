#include "models/four_bit_checkpoint.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/json_fields.h"

namespace plumbline::models {
namespace {

constexpr std::string_view kStatePrefix = ".quant_state.bitsandbytes__";
constexpr int64_t kBlockSizes[] = {32, 64, 128, 256, 512, 1024, 2048, 4096};

struct CodeName {
  nn::FourBitCode code;
  std::string_view name;
};
constexpr CodeName kCodes[] = {{nn::FourBitCode::kNf4, "nf4"}, {nn::FourBitCode::kFp4, "fp4"}};

std::string StateName(const std::string& name, const CodeName& code) {
  return name + std::string(kStatePrefix) + std::string(code.name);
}

const CodeName* CodeOf(const CheckpointTensors& stored, const std::string& name) {
  const auto found = std::find_if(std::begin(kCodes), std::end(kCodes), [&](const CodeName& code) {
    return stored.Contains(StateName(name, code));
  });
  return found == std::end(kCodes) ? nullptr : found;
}

class Reader {
 public:
  Reader(const CheckpointTensors& stored, std::string name)
      : stored_(stored), name_(std::move(name)) {}

  nn::FourBitWeight Read() const {
    const CodeName* code = CodeOf(stored_, name_);
    PLUMBLINE_CHECK(code != nullptr);
    const Json state = State(StateName(name_, *code));
    const JsonFields fields(state, "the quantization state of " + Quoted(name_));
    nn::FourBitWeight weight;
    weight.code = code->code;
    if (fields.Text("quant_type") != code->name) {
      fields.Refuse("quant_type", Quoted(fields.Text("quant_type")), std::string(code->name));
    }
    weight.block_size = fields.Int("blocksize");
    if (std::count(std::begin(kBlockSizes), std::end(kBlockSizes), weight.block_size) == 0) {
      fields.Refuse("blocksize", std::to_string(weight.block_size), "32, 64, ... 4096");
    }
    weight.dtype = Dtype(fields);
    for (const Json& size : fields.Array("shape")) weight.shape.push_back(size.get<int64_t>());
    const int64_t elements = weight.num_elements();
    const int64_t blocks = Ceiling(elements, weight.block_size);
    weight.packed = Part("", at::kByte, Ceiling(elements, 2));
    RequireValues(weight.code);
    const bool is_double = stored_.Contains(name_ + ".nested_absmax");
    weight.absmax_C = Part(".absmax", is_double ? at::kByte : at::kFloat, blocks);
    if (is_double) ReadGroups(fields, blocks, weight);
    return weight;
  }

 private:
  static int64_t Ceiling(int64_t a, int64_t b) { return (a + b - 1) / b; }

  [[noreturn]] void Refuse(const std::string& tensor, const std::string& found,
                           const std::string& wanted) const {
    const std::string file =
        stored_.Contains(name_) ? stored_.FileOf(name_).path().string() : "a checkpoint";
    Fail(ErrorKind::kModel, "reading " + Quoted(file) + " tensor " + Quoted(tensor), found, wanted,
         "a checkpoint as bitsandbytes saves it");
  }

  at::Tensor Part(const std::string& ending, at::ScalarType type, int64_t length) const {
    const std::string name = name_ + ending;
    if (!stored_.Contains(name)) Refuse(name, "nothing", "a part of the 4-bit weight");
    const at::Tensor view = stored_.View(name);
    if (view.scalar_type() != type) {
      Refuse(name, at::toString(view.scalar_type()), at::toString(type));
    }
    if (view.numel() != length) {
      Refuse(name, std::to_string(view.numel()) + " elements", std::to_string(length));
    }
    return view.flatten().clone();
  }

  Json State(const std::string& name) const {
    const at::Tensor bytes = stored_.View(name);
    if (bytes.scalar_type() != at::kByte) Refuse(name, at::toString(bytes.scalar_type()), "bytes");
    return ParseJson({reinterpret_cast<const char*>(bytes.const_data_ptr<uint8_t>()),
                      static_cast<size_t>(bytes.numel())},
                     Quoted(name));
  }

  static at::ScalarType Dtype(const JsonFields& fields) {
    const std::string& name = fields.Text("dtype");
    if (name == "float32") return at::kFloat;
    if (name == "bfloat16") return at::kBFloat16;
    if (name == "float16") return at::kHalf;
    fields.Refuse("dtype", Quoted(name), "float32, bfloat16 or float16");
  }

  // The values are the code's own; a file may not bring others.
  void RequireValues(nn::FourBitCode code) const {
    const at::Tensor map = Part(".quant_map", at::kFloat, 16);
    const auto& wanted = nn::ValuesOf(code);
    const float* found = map.const_data_ptr<float>();
    if (std::equal(wanted.begin(), wanted.end(), found)) return;
    Refuse(name_ + ".quant_map", "other values", "those of the code that the state names");
  }

  void ReadGroups(const JsonFields& fields, int64_t blocks, nn::FourBitWeight& weight) const {
    weight.group_size = fields.Int("nested_blocksize");
    if (weight.group_size < 1) {
      fields.Refuse("nested_blocksize", std::to_string(weight.group_size), "1 or more");
    }
    if (fields.Text("nested_dtype") != "float32") {
      fields.Refuse("nested_dtype", Quoted(fields.Text("nested_dtype")), "float32");
    }
    weight.scale_offset = static_cast<float>(fields.Number("nested_offset"));
    weight.group_absmax_G = Part(".nested_absmax", at::kFloat, Ceiling(blocks, weight.group_size));
    weight.scale_map = Part(".nested_quant_map", at::kFloat, 256);
  }

  const CheckpointTensors& stored_;
  std::string name_;
};

}  // namespace

bool IsFourBit(const CheckpointTensors& stored, const std::string& name) {
  return CodeOf(stored, name) != nullptr;
}

std::vector<std::string> FourBitPartNames(const CheckpointTensors& stored,
                                          const std::string& name) {
  const CodeName* code = CodeOf(stored, name);
  if (code == nullptr) return {};
  std::vector<std::string> parts = {StateName(name, *code)};
  for (const char* ending : {".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map"}) {
    if (stored.Contains(name + ending)) parts.push_back(name + ending);
  }
  return parts;
}

nn::FourBitWeight ReadFourBit(const CheckpointTensors& stored, const std::string& name) {
  try {
    return Reader(stored, name).Read();
  } catch (const Json::exception& error) {
    Fail(ErrorKind::kModel, "reading the quantization state of " + Quoted(name), error.what(),
         "bitsandbytes' fields", "a checkpoint as bitsandbytes saves it");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    throw Error(ErrorKind::kModel, error.what());
  }
}

}  // namespace plumbline::models
