#include "harness/audit/pickle/pickle_value.h"

#include <cmath>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/number.h"
#include "harness/base/utf8.h"

namespace plumbline::audit {
namespace {

using Kind = PickleNode::Kind;

constexpr int kMaxDepth = 100;
constexpr size_t kMaxValues = 200'000;
constexpr size_t kMaxTextBytes = size_t{16} << 20;
constexpr const char* kClassKey = "__class__";

class Unfolder {
 public:
  explicit Unfolder(const PickleValue& value) : value_(value) {}

  Json Unfold(size_t index, int depth) {
    if (depth > kMaxDepth) Refuse("values nested more than 100 deep");
    if (++num_values_ > kMaxValues) Refuse("more than 200000 values once unfolded");
    const PickleNode& node = value_.nodes[index];
    switch (node.kind) {
      case Kind::kNone:
        return nullptr;
      case Kind::kBool:
        return node.flag;
      case Kind::kInt:
        return node.number;
      case Kind::kFloat:
        return std::isfinite(node.real) ? Json(node.real) : Json(ShortestDecimal(node.real));
      case Kind::kText:
        return Text(node.text);
      case Kind::kBytes:
        return FirstInvalidUtf8(node.text)
                   ? Json(std::to_string(node.text.size()) + " bytes that are no text")
                   : Json(Text(node.text));
      case Kind::kList:
      case Kind::kTuple:
      case Kind::kSet:
        return Items(node, depth);
      case Kind::kDict: {
        Json object = Json::object();
        AddPairs(node, depth, object);
        return object;
      }
      case Kind::kGlobal:
        return Dotted(node);
      case Kind::kObject:
        return Object(node, depth);
    }
    return nullptr;
  }

 private:
  [[noreturn]] static void Refuse(const std::string& found) {
    Fail(ErrorKind::kData, "reading a pickle", found, "a settings file", "saving it as JSON");
  }

  const std::string& Text(const std::string& text) {
    num_text_bytes_ += text.size();
    if (num_text_bytes_ > kMaxTextBytes) Refuse("more than 16 MiB of text once unfolded");
    if (FirstInvalidUtf8(text)) Refuse("a text that is not UTF-8");
    return text;
  }

  std::string Dotted(const PickleNode& global) {
    std::string name = Text(global.text);
    const size_t blank = name.find(' ');
    if (blank != std::string::npos) name[blank] = '.';
    return name;
  }

  Json Items(const PickleNode& node, int depth) {
    Json list = Json::array();
    for (const size_t item : node.items) list.push_back(Unfold(item, depth + 1));
    return list;
  }

  void AddPairs(const PickleNode& dict, int depth, Json& object) {
    for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      const Json key = Unfold(dict.items[i], depth + 1);
      if (key.is_structured()) Refuse("a key that is no plain value");
      object[key.is_string() ? key.get<std::string>() : key.dump()] =
          Unfold(dict.items[i + 1], depth + 1);
    }
  }

  // torch.device('cuda', 0), pathlib.PosixPath('a', 'b'): parts of one text.
  static std::string Join(const Json& parts, const char* separator) {
    std::string joined;
    for (const Json& part : parts) {
      if (!joined.empty() && joined != "/") joined += separator;
      joined += part.is_string() ? part.get<std::string>() : part.dump();
    }
    return joined;
  }

  // Python 3.11 writes an enum member as getattr(class, 'NAME'); HuggingFace's enums of settings
  // have the name in lower case as their value.
  static std::string LowerCase(std::string name) {
    for (char& c : name) c = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    return name;
  }

  Json CallResult(const std::string& callee, const Json& arguments) {
    if (callee == "torch.device") return Join(arguments, ":");
    if (callee.starts_with("pathlib.")) return Join(arguments, "/");
    if (callee.ends_with(".getattr") && arguments.size() == 2 && arguments[1].is_string()) {
      return LowerCase(arguments[1].get<std::string>());
    }
    if (callee.ends_with(".set") || callee.ends_with(".frozenset")) {
      return arguments.empty() ? Json::array() : arguments[0];
    }
    if (arguments.size() == 1 && arguments[0].is_primitive()) return arguments[0];
    return {{kClassKey, callee}, {"__arguments__", arguments}};
  }

  void AddState(const PickleNode& state, int depth, Json& object) {
    if (state.kind == Kind::kDict) AddPairs(state, depth, object);
    if (state.kind == Kind::kList || state.kind == Kind::kSet)
      object["__items__"] = Items(state, depth);
    if (state.kind != Kind::kTuple) return;  // (state, slots)
    for (const size_t part : state.items) {
      if (value_.nodes[part].kind == Kind::kDict) AddPairs(value_.nodes[part], depth, object);
    }
  }

  Json Object(const PickleNode& node, int depth) {
    const std::string callee = Dotted(value_.nodes[node.items[0]]);
    const Json arguments = Unfold(node.items[1], depth + 1);
    if (node.items.size() == 2) {
      if (callee == "collections.OrderedDict" && arguments.empty()) return Json::object();
      return CallResult(callee, arguments);
    }
    Json object = Json::object();
    if (callee != "collections.OrderedDict") object[kClassKey] = callee;
    for (size_t i = 2; i < node.items.size(); ++i) {
      AddState(value_.nodes[node.items[i]], depth + 1, object);
    }
    return object;
  }

  const PickleValue& value_;
  size_t num_values_ = 0;
  size_t num_text_bytes_ = 0;
};

}  // namespace

Json ToJson(const PickleValue& value) { return Unfolder(value).Unfold(value.root, 0); }

}  // namespace plumbline::audit
