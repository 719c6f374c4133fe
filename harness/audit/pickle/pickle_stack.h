// The stack, marks and memo of a pickle's machine over an arena of values, with the limits that
// keep hostile bytes harmless. Used by the walker alone.
#ifndef PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_STACK_H_
#define PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_STACK_H_

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/audit/pickle/pickle_value.h"

namespace plumbline::audit {

// What an opcode found where it wanted something else; the walker adds the opcode and its offset.
struct PickleFault {
  std::string found;
  std::string wanted;
};

class PickleStack {
 public:
  using Kind = PickleNode::Kind;

  // A node takes about a hundred bytes: this many stay far below a machine's memory.
  static constexpr size_t kMaxNodes = 1'000'000;

  void Push(PickleNode node) {
    if (nodes_.size() == kMaxNodes) {
      throw PickleFault{"more than 1000000 values", "a settings file of a few hundred"};
    }
    nodes_.push_back(std::move(node));
    stack_.push_back(nodes_.size() - 1);
  }

  void PushSequence(Kind kind, std::vector<size_t> items) {
    PickleNode node;
    node.kind = kind;
    node.items = std::move(items);
    Push(std::move(node));
  }

  void PushAgain(size_t index) { stack_.push_back(index); }

  // The top of what lies above the last mark.
  size_t Top() const {
    if (stack_.size() <= Floor()) throw PickleFault{"an empty stack", "a value on it"};
    return stack_.back();
  }

  size_t Pop() {
    const size_t index = Top();
    stack_.pop_back();
    return index;
  }

  void Mark() { marks_.push_back(stack_.size()); }

  std::vector<size_t> PopToMark() {
    if (marks_.empty()) throw PickleFault{"no mark on the stack", "one"};
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<size_t> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  PickleNode& Node(size_t index) { return nodes_[index]; }

  // The top node, which must be of this kind.
  PickleNode& TopOf(Kind kind, const char* wanted) {
    PickleNode& node = nodes_[Top()];
    if (node.kind != kind) throw PickleFault{"another kind of value on the stack", wanted};
    return node;
  }

  void Remember(size_t key) { memo_[key] = Top(); }
  void RememberNext() { Remember(memo_.size()); }

  void Recall(size_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) {
      throw PickleFault{"no memo entry " + std::to_string(key), "one that was stored before"};
    }
    stack_.push_back(found->second);
  }

  // The finished value: exactly one on the stack.
  PickleValue Take() {
    const size_t root = Pop();
    if (!stack_.empty() || !marks_.empty()) {
      throw PickleFault{std::to_string(stack_.size() + marks_.size()) + " values left on the stack",
                        "none"};
    }
    return {std::move(nodes_), root};
  }

 private:
  size_t Floor() const { return marks_.empty() ? 0 : marks_.back(); }

  std::vector<PickleNode> nodes_;
  std::vector<size_t> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<size_t, size_t> memo_;  // only looked up, never walked
};

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_PICKLE_PICKLE_STACK_H_
