#include "harness/data/korean/frame_facts.h"

#include <algorithm>
#include <set>

#include "harness/data/korean/josa.h"

namespace plumbline::data::korean {
namespace {

bool Contains(const std::vector<std::string>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

class FactDeriver {
 public:
  FactDeriver(Frame& frame, std::string_view source) : frame_(frame), source_(source) {}

  std::vector<std::string> Run() {
    for (Block& block : frame_.blocks) {
      if (block.kind == BlockKind::kOpen) DeriveBlock(block);
      if (block.kind == BlockKind::kOpen) opening_.insert(block.facts.begin(), block.facts.end());
    }
    for (Block& block : frame_.blocks) {
      if (block.kind != BlockKind::kOpen) DeriveBlock(block);
    }
    for (SummaryPattern& pattern : frame_.sums) DerivePattern(pattern);
    for (SummaryPattern& pattern : frame_.additions) DerivePattern(pattern);
    return std::move(errors_);
  }

 private:
  void AddError(int line, const std::string& what) {
    errors_.push_back(std::string(source_) + ":" + std::to_string(line) + ": " + what);
  }

  // Facts that a line states: slots without suffix, and declared rejects as "<slot>x".
  std::set<std::string> FactsOf(const LineText& text, int line, bool in_summary) {
    std::set<std::string> facts;
    ForEachReference(text, [&](const Reference& reference) {
      if (!reference.josa.empty() && !IsJosaForm(reference.josa))
        AddError(line, "unknown particle '+" + reference.josa + "'");
      if (!in_summary && !frame_.pool_name.empty() && reference.name == frame_.pool_name)
        facts.insert(reference.name);
      if (IsOther(reference, in_summary)) return;
      const auto use = FindSlotUse(frame_, reference.name);
      if (!use.has_value()) return AddError(line, "unknown slot {" + reference.name + "}");
      if (!reference.form.empty() && !HasForm(*use->slot, reference.form)) {
        AddError(line, "slot " + use->slot->name + " has no form '" + reference.form + "'");
      }
      if (use->slot->is_fact && use->variant == ' ') facts.insert(use->slot->name);
      if (use->variant == 'x') facts.insert(use->slot->name + "x");
    });
    return facts;
  }

  bool IsOther(const Reference& reference, bool in_summary) const {
    const std::string& name = reference.name;
    if (in_summary) {
      if (name == "모두") return true;
      return name.size() == 1 && name[0] >= 'A' && name[0] <= 'G' &&
             frame_.FindSlot(name) == nullptr;
    }
    return IsLibraryName(name) || (!frame_.pool_name.empty() && name == frame_.pool_name);
  }

  static bool HasForm(const Slot& slot, const std::string& form) {
    return std::all_of(slot.values.begin(), slot.values.end(),
                       [&form](const Value& v) { return v.forms.contains(form); });
  }

  // A value may be repeated freely where it is known: needed, stated in the opening, or earlier in
  // the same script.
  bool IsKnown(const std::string& fact, const Block& block,
               const std::set<std::string>& before) const {
    return Contains(block.needs, fact) || before.contains(fact) ||
           (block.kind != BlockKind::kOpen && opening_.contains(fact));
  }

  void DeriveTurn(Turn& turn, const Block& block, const std::set<std::string>& before) {
    std::set<std::string> all, common;
    bool first = true;
    for (const Line& line : turn.lines) {
      // An alternation may hold a slot in one choice only: then the line does not always state it.
      std::set<std::string> facts = FactsOf(line.text, line.number, false);
      const std::set<std::string> certain = CertainFacts(line.text);
      for (const std::string& fact : facts) {
        if (!certain.contains(fact) && !IsKnown(fact, block, before))
          AddError(line.number, "{" + fact + "} is only in some choices of this line");
      }
      all.insert(facts.begin(), facts.end());
      std::set<std::string> kept;
      std::set_intersection(common.begin(), common.end(), facts.begin(), facts.end(),
                            std::inserter(kept, kept.begin()));
      common = first ? facts : kept;
      first = false;
    }
    for (const std::string& fact : all) {
      if (common.contains(fact) || IsKnown(fact, block, before)) continue;
      if (fact.back() == 'x') continue;
      AddError(turn.lines.front().number,
               "{" + fact + "} is missing in some wordings of this turn");
    }
    for (const std::string& fact : common) {
      if (!IsKnown(fact, block, before)) turn.facts.push_back(fact);
    }
  }

  std::set<std::string> CertainFacts(const LineText& text) {
    std::set<std::string> facts;
    for (const TextNode& node : text.nodes) {
      if (node.kind == TextNode::Kind::kReference) AddCertain(node.reference, facts);
      if (node.kind != TextNode::Kind::kChoice) continue;
      std::set<std::string> common = CertainFacts(node.choices.front());
      for (const LineText& choice : node.choices) {
        const std::set<std::string> other = CertainFacts(choice);
        std::erase_if(common, [&other](const std::string& fact) { return !other.contains(fact); });
      }
      facts.merge(common);
    }
    return facts;
  }

  void AddCertain(const Reference& reference, std::set<std::string>& facts) const {
    if (reference.name == frame_.pool_name) facts.insert(reference.name);
    const auto use = FindSlotUse(frame_, reference.name);
    if (!use.has_value()) return;
    if (use->variant == ' ') facts.insert(use->slot->name);
    if (use->variant == 'x') facts.insert(use->slot->name + "x");
  }

  void DeriveBlock(Block& block) {
    for (const std::string& need : block.needs) {
      if (frame_.FindSlot(need) == nullptr) AddError(block.line, "needs= names no slot: " + need);
    }
    for (const std::string& name : block.after) {
      if (frame_.FindBlock(name) == nullptr) AddError(block.line, "after= names no block: " + name);
    }
    std::set<std::string> common;
    for (size_t s = 0; s < block.scripts.size(); ++s) {
      std::set<std::string> facts;
      for (Turn& turn : block.scripts[s].turns) {
        DeriveTurn(turn, block, facts);
        facts.insert(turn.facts.begin(), turn.facts.end());
      }
      for (auto& [kind, turns] : block.scripts[s].corrections) {
        for (Turn& turn : turns) CheckCorrectionTurn(turn);
      }
      if (s == 0) common = facts;
      for (const std::string& fact : facts) {
        if (!common.contains(fact) && fact.back() != 'x')
          AddError(block.line, "{" + fact + "} is not in every script of this block");
      }
      std::erase_if(common, [&facts](const std::string& fact) { return !facts.contains(fact); });
    }
    block.facts.assign(common.begin(), common.end());
  }

  void CheckCorrectionTurn(const Turn& turn) {
    for (const Line& line : turn.lines) FactsOf(line.text, line.number, false);
  }

  void DerivePattern(SummaryPattern& pattern) {
    const std::set<std::string> facts = FactsOf(pattern.text, pattern.line, true);
    pattern.facts.assign(facts.begin(), facts.end());
    if (!pattern.block.empty() && frame_.FindBlock(pattern.block) == nullptr)
      AddError(pattern.line, "no block '" + pattern.block + "'");
    ForEachReference(pattern.text, [&](const Reference& reference) {
      if (IsOther(reference, true) && reference.name.size() == 1) {
        pattern.min_persons = std::max(pattern.min_persons, reference.name[0] - 'A' + 1);
        if (!reference.form.empty()) pattern.pool_roles.insert(reference.name[0]);
        return;
      }
      const auto use = FindSlotUse(frame_, reference.name);
      if (!use.has_value() || use->variant == ' ') return;
      pattern.mentions_rejected = true;
      if (use->variant == '0' && pattern.when_slot.empty()) pattern.when_slot = use->slot->name;
    });
    if (!pattern.when_slot.empty() && frame_.FindSlot(pattern.when_slot) == nullptr)
      AddError(pattern.line, "when= names no slot");
  }

  Frame& frame_;
  std::string_view source_;
  std::set<std::string> opening_;  // facts of the open block: known to all others
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> DeriveFacts(Frame& frame, std::string_view source) {
  return FactDeriver(frame, source).Run();
}

}  // namespace plumbline::data::korean
