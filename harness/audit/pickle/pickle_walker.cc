#include "harness/audit/pickle/pickle_walker.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/audit/pickle/pickle_stack.h"
#include "harness/base/error.h"

namespace plumbline::audit {
namespace {

using Kind = PickleNode::Kind;

static_assert(std::endian::native == std::endian::little, "pickle numbers are little-endian");

constexpr int kOldestProtocol = 2;
constexpr int kNewestProtocol = 5;
constexpr size_t kMaxLongBytes = 8;

// First parts of module names whose calls only make values of settings.
constexpr std::string_view kInertModules[] = {
    "transformers", "accelerate", "peft", "trl", "datasets", "collections", "datetime", "pathlib",
};
constexpr std::string_view kInertBuiltins[] = {
    "set", "frozenset", "bytearray", "complex", "slice", "range", "object", "getattr",
};

bool IsInertCall(std::string_view global) {
  const std::string_view module = global.substr(0, global.find(' '));
  const std::string_view name = global.substr(std::min(module.size() + 1, global.size()));
  if (module == "builtins" || module == "__builtin__") {
    return std::find(std::begin(kInertBuiltins), std::end(kInertBuiltins), name) !=
           std::end(kInertBuiltins);
  }
  // Functions of these modules do more than make a value: torch.load, torch.hub.load, ...
  if (module == "torch") return name == "device" || name == "dtype" || name == "Size";
  if (module.starts_with("torch.")) return module == "torch.torch_version";
  const std::string_view package = module.substr(0, module.find('.'));
  return std::find(std::begin(kInertModules), std::end(kInertModules), package) !=
         std::end(kInertModules);
}

class Walker {
 public:
  Walker(std::span<const std::byte> bytes, std::string_view where) : bytes_(bytes), where_(where) {}

  WalkedPickle Walk() {
    for (;;) {
      const size_t offset = at_;
      if (at_ == bytes_.size()) Complain("(none)", offset, {"the end of the bytes", "STOP"});
      const auto opcode = static_cast<uint8_t>(bytes_[at_++]);
      try {
        if (opcode == kStop) return {stack_.Take(), at_};
        if (kTable[opcode].run == nullptr) throw PickleFault{"an unknown opcode", "a pickle"};
        (this->*kTable[opcode].run)();
      } catch (const PickleFault& fault) {
        Complain(NameOf(opcode), offset, fault);
      }
    }
  }

 private:
  static constexpr uint8_t kStop = 0x2e;

  struct Row {
    const char* name = nullptr;
    void (Walker::*run)() = nullptr;
  };

  static constexpr std::array<Row, 256> MakeTable() {
    std::array<Row, 256> table{};
#define PICKLE_OPCODE(byte, opcode, method) table[byte] = {#opcode, &Walker::method};
#include "harness/audit/pickle/opcodes.def"
#undef PICKLE_OPCODE
    return table;
  }
  static const std::array<Row, 256> kTable;

  static std::string NameOf(uint8_t opcode) {
    if (opcode == kStop) return "STOP";
    if (kTable[opcode].name != nullptr) return kTable[opcode].name;
    constexpr char kDigits[] = "0123456789abcdef";
    return std::string("0x") + kDigits[opcode >> 4] + kDigits[opcode & 15];
  }

  [[noreturn]] void Complain(const std::string& opcode, size_t offset, const PickleFault& fault) {
    Fail(ErrorKind::kData,
         "reading " + Quoted(where_) + " opcode " + opcode + " at offset " + std::to_string(offset),
         fault.found, fault.wanted, "saving the settings again, or as training_args.json");
  }

  std::span<const std::byte> Take(uint64_t size) {
    if (size > bytes_.size() - at_) {
      throw PickleFault{std::to_string(bytes_.size() - at_) + " bytes to the end",
                        std::to_string(size) + " more"};
    }
    const auto taken = bytes_.subspan(at_, size);
    at_ += size;
    return taken;
  }

  template <typename Number>
  Number Read() {
    Number number{};
    std::memcpy(&number, Take(sizeof number).data(), sizeof number);
    return number;
  }

  std::string ReadText(uint64_t size) {
    const auto taken = Take(size);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  std::string ReadLine() {
    const auto rest = bytes_.subspan(at_);
    const auto end = std::find(rest.begin(), rest.end(), std::byte{'\n'});
    std::string line = ReadText(static_cast<uint64_t>(end - rest.begin()));
    Take(1);
    return line;
  }

  static PickleNode Make(Kind kind) {
    PickleNode node;
    node.kind = kind;
    return node;
  }

  void PushText(Kind kind, std::string text) {
    PickleNode node = Make(kind);
    node.text = std::move(text);
    stack_.Push(std::move(node));
  }

  void PushInt(int64_t number) {
    PickleNode node = Make(Kind::kInt);
    node.number = number;
    stack_.Push(std::move(node));
  }

  void Refuse() { throw PickleFault{"an opcode that is not plain data", "protocol 2 to 5 data"}; }
  void Protocol() {
    const int protocol = Read<uint8_t>();
    if (protocol < kOldestProtocol || protocol > kNewestProtocol) {
      throw PickleFault{"protocol " + std::to_string(protocol), "2 to 5"};
    }
  }
  void Frame() {
    const auto size = Read<uint64_t>();
    const size_t begin = at_;
    Take(size);  // it must lie inside the bytes; its content is walked as usual
    at_ = begin;
  }

  void None() { stack_.Push(Make(Kind::kNone)); }
  template <bool kValue>
  void Bool() {
    PickleNode node = Make(Kind::kBool);
    node.flag = kValue;
    stack_.Push(std::move(node));
  }
  template <typename Number>
  void Int() {
    PushInt(Read<Number>());
  }
  void Float() {
    auto bits = Read<uint64_t>();
    std::array<unsigned char, 8> big{};
    std::memcpy(big.data(), &bits, sizeof bits);
    std::reverse(big.begin(), big.end());
    PickleNode node = Make(Kind::kFloat);
    std::memcpy(&node.real, big.data(), sizeof node.real);
    stack_.Push(std::move(node));
  }
  // Little-endian two's complement of any length; settings fit 64 bits.
  template <typename Size>
  void Long() {
    const auto digits = Take(Read<Size>());
    if (digits.size() > kMaxLongBytes) {
      throw PickleFault{"a whole number of " + std::to_string(digits.size()) + " bytes",
                        "8 at most"};
    }
    const bool negative = !digits.empty() && (digits.back() & std::byte{0x80}) != std::byte{0};
    uint64_t bits = negative ? std::numeric_limits<uint64_t>::max() : 0;
    if (!digits.empty()) std::memcpy(&bits, digits.data(), digits.size());
    PushInt(static_cast<int64_t>(bits));
  }
  template <typename Size>
  void Text() {
    PushText(Kind::kText, ReadText(Read<Size>()));
  }
  template <typename Size>
  void Bytes() {
    PushText(Kind::kBytes, ReadText(Read<Size>()));
  }

  void EmptyList() { stack_.PushSequence(Kind::kList, {}); }
  void EmptyTuple() { stack_.PushSequence(Kind::kTuple, {}); }
  void EmptyDict() { stack_.PushSequence(Kind::kDict, {}); }
  void EmptySet() { stack_.PushSequence(Kind::kSet, {}); }
  void List() { stack_.PushSequence(Kind::kList, stack_.PopToMark()); }
  void Tuple() { stack_.PushSequence(Kind::kTuple, stack_.PopToMark()); }
  void FrozenSet() { stack_.PushSequence(Kind::kSet, stack_.PopToMark()); }
  void Dict() { stack_.PushSequence(Kind::kDict, Pairs(stack_.PopToMark())); }
  template <int kSize>
  void ShortTuple() {
    std::vector<size_t> items(kSize);
    for (int i = kSize; i-- > 0;) items[static_cast<size_t>(i)] = stack_.Pop();
    stack_.PushSequence(Kind::kTuple, std::move(items));
  }

  static std::vector<size_t> Pairs(std::vector<size_t> items) {
    if (items.size() % 2 != 0) throw PickleFault{"a key without a value", "pairs"};
    return items;
  }
  // SETITEMS and APPENDS also go to objects (OrderedDict is one): their items are kept as a state.
  void Extend(Kind kind, const std::vector<size_t>& items, const char* wanted) {
    const size_t target = stack_.Top();
    if (stack_.Node(target).kind == Kind::kObject) {
      stack_.PushSequence(kind, items);
      const size_t state = stack_.Pop();
      stack_.Node(target).items.push_back(state);
      return;
    }
    PickleNode& node = stack_.TopOf(kind, wanted);
    node.items.insert(node.items.end(), items.begin(), items.end());
  }
  void Append() { Extend(Kind::kList, {stack_.Pop()}, "a list"); }
  void Appends() { Extend(Kind::kList, stack_.PopToMark(), "a list"); }
  void AddItems() { Extend(Kind::kSet, stack_.PopToMark(), "a set"); }
  void SetItems() { Extend(Kind::kDict, Pairs(stack_.PopToMark()), "a dict"); }
  void SetItem() {
    const size_t value = stack_.Pop();
    const size_t key = stack_.Pop();
    Extend(Kind::kDict, {key, value}, "a dict");
  }

  void Mark() { stack_.Mark(); }
  void Pop() { stack_.Pop(); }
  void PopMark() { stack_.PopToMark(); }
  void Dup() { stack_.PushAgain(stack_.Top()); }
  void Memoize() { stack_.RememberNext(); }
  template <typename Key>
  void Put() {
    stack_.Remember(Read<Key>());
  }
  template <typename Key>
  void Get() {
    stack_.Recall(Read<Key>());
  }

  void Global() {
    std::string module = ReadLine();
    PushText(Kind::kGlobal, std::move(module) + " " + ReadLine());
  }
  void StackGlobal() {
    const std::string name = stack_.TopOf(Kind::kText, "a name").text;
    stack_.Pop();
    const std::string module = stack_.TopOf(Kind::kText, "a module").text;
    stack_.Pop();
    PushText(Kind::kGlobal, module + " " + name);
  }
  void Reduce() {
    stack_.TopOf(Kind::kTuple, "a tuple of arguments");
    const size_t arguments = stack_.Pop();
    const std::string callee = stack_.TopOf(Kind::kGlobal, "a global to call").text;
    if (!IsInertCall(callee)) {
      throw PickleFault{"a call of " + Quoted(callee) + ", which is no plain value",
                        "calls that make settings only; do not load this file with Python"};
    }
    stack_.PushSequence(Kind::kObject, {stack_.Pop(), arguments});
  }
  // An instance without its constructor: __new__ of a class; the state follows with BUILD.
  void NewObject() {
    stack_.TopOf(Kind::kTuple, "a tuple of arguments");
    const size_t arguments = stack_.Pop();
    stack_.TopOf(Kind::kGlobal, "a class");
    stack_.PushSequence(Kind::kObject, {stack_.Pop(), arguments});
  }
  void NewObjectEx() {
    stack_.TopOf(Kind::kDict, "named arguments");
    stack_.Pop();
    NewObject();
  }
  void Build() {
    const size_t state = stack_.Pop();
    stack_.TopOf(Kind::kObject, "an object to fill").items.push_back(state);
  }

  std::span<const std::byte> bytes_;
  std::string_view where_;
  size_t at_ = 0;
  PickleStack stack_;
};

constexpr std::array<Walker::Row, 256> Walker::kTable = Walker::MakeTable();

}  // namespace

WalkedPickle WalkPickle(std::span<const std::byte> bytes, std::string_view where) {
  return Walker(bytes, where).Walk();
}

}  // namespace plumbline::audit
