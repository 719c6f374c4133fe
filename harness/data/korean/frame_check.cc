#include "harness/data/korean/frame_check.h"

#include <algorithm>
#include <set>

#include "harness/base/error.h"
#include "harness/data/korean/josa.h"
#include "harness/data/korean/sense_check.h"
#include "harness/data/korean/text_lint.h"

namespace plumbline::data::korean {
namespace {

// What a frame must offer. Sources: the format's section 4 and the design's sections 2.3 and 2.8.
constexpr size_t kMinLinesMain = 6, kMinLinesFiller = 4;
constexpr int64_t kMinTurnsMain = 24, kMinTurnsFiller = 12;  // combinations per turn
constexpr int64_t kMinSlotCombinations = 10'000;
constexpr size_t kMinSums = 8, kMinAdditions = 5, kMinFacts = 5, kMinDistractors = 4, kMinOpts = 3;
constexpr size_t kMinValues = 5, kMinTableValues = 4;
constexpr size_t kMaxExpansions = 60;  // of one line, for the text rules

class FrameChecker {
 public:
  FrameChecker(const Frame& frame, std::string_view source) : frame_(frame), source_(source) {}

  FrameFindings Check() {
    CheckHead();
    for (const Slot& slot : frame_.slots) CheckSlot(slot);
    for (const Block& block : frame_.blocks) CheckBlock(block);
    CheckCounts();
    CheckSums();
    found_.num_combinations = NumSlotCombinations();
    if (found_.num_combinations < kMinSlotCombinations) {
      Error(1, "only " + std::to_string(found_.num_combinations) +
                   " combinations of fact values, wanted 10000");
    }
    found_.mean_words = num_lines_ == 0 ? 0 : static_cast<double>(num_words_) / num_lines_;
    if (found_.mean_words < 4 || found_.mean_words > 7.5)
      Warn(1, "mean words per line is outside 4-7.5");
    return std::move(found_);
  }

 private:
  void Error(int line, const std::string& what) { found_.errors.push_back(Place(line) + what); }
  void Warn(int line, const std::string& what) { found_.warnings.push_back(Place(line) + what); }
  std::string Place(int line) const {
    return std::string(source_) + ":" + std::to_string(line) + ": ";
  }

  void CheckHead() {
    if (frame_.labels.size() < 3) Error(1, "fewer than 3 labels");
    if (frame_.slot_labels.empty()) Warn(1, "no label+ line");
    if ((frame_.talk == "service" || frame_.talk == "phone") && frame_.server == '\0')
      Error(1, "no serves line: which role is at work here?");
    if (frame_.FindRole('A') == nullptr || frame_.FindRole('B') == nullptr)
      Error(1, "roles A and B are not both declared");
    if (NoRole([](const Role& role) { return role.naming != Naming::kNever; }))
      Warn(1, "nobody may be named (no name line)");
    if (NoRole([](const Role& role) { return !role.masks.empty(); }))
      Warn(1, "nobody gives a mask (no pii line)");
  }

  template <typename Predicate>
  bool NoRole(Predicate predicate) const {
    return std::none_of(frame_.roles.begin(), frame_.roles.end(), predicate);
  }

  void CheckSlot(const Slot& slot) {
    if (!slot.is_fact) return;
    const size_t wanted = slot.table >= 0 ? kMinTableValues : kMinValues;
    if (slot.values.size() < wanted) {
      Error(1, "slot " + slot.name + " has " + std::to_string(slot.values.size()) +
                   " values, wanted " + std::to_string(wanted));
    }
    for (const Value& a : slot.values) {
      for (const Value& b : slot.values) {
        if (&a != &b && a.text.find(b.text) != std::string::npos)
          Warn(1, "slot " + slot.name + ": " + a.text + " contains " + b.text);
      }
    }
  }

  // A representative word for a reference, with its particle.
  std::string Sample(const Reference& reference) const {
    std::string word = "민준";
    if (const auto use = FindSlotUse(frame_, reference.name)) {
      const Value& value = use->variant == 'x' && !use->slot->rejects.empty()
                               ? use->slot->rejects.front()
                               : use->slot->values.front();
      const auto form = value.forms.find(reference.form);
      word = form == value.forms.end() ? value.text : form->second;
    } else if (reference.name == "모두") {
      word = "모두";
    } else if (reference.name.size() == 1 && reference.form.empty()) {
      word = "#Person" + std::to_string(reference.name[0] - 'A' + 1) + "#";
    } else if (!frame_.pool.empty() &&
               (reference.name == frame_.pool_name || reference.name.size() == 1)) {
      word = frame_.pool.front();
    }
    return reference.josa.empty() || !IsJosaForm(reference.josa) ? word
                                                                 : Josa(word, reference.josa);
  }

  void CheckLine(const Line& line, Level level, bool serves) {
    const auto texts =
        AllExpansions(line.text, kMaxExpansions, [this](const Reference& r) { return Sample(r); });
    std::set<std::string> reported;
    for (const std::string& text : texts) {
      for (const std::string& what : LintTurn(text, level)) {
        if (reported.insert(what).second) Error(line.number, what + "  [" + text + "]");
      }
      if (serves && IsCustomersGoodbye(text))
        Error(line.number, "staff speak as customers do  [" + text + "]");
    }
    num_lines_ += 1;
    num_words_ += static_cast<int>(std::count(texts.front().begin(), texts.front().end(), ' ')) + 1;
  }

  void CheckHandTyped(const Line& line) {
    // After "}" a particle that varies must be inside the braces.
    for (size_t i = 0; i + 1 < line.text.nodes.size(); ++i) {
      const TextNode& node = line.text.nodes[i];
      const TextNode& next = line.text.nodes[i + 1];
      if (node.kind != TextNode::Kind::kReference || next.kind != TextNode::Kind::kLiteral ||
          !node.reference.josa.empty())
        continue;
      const std::string head = next.literal.substr(0, next.literal.find_first_of(" .,?!"));
      for (const std::string_view typed :
           {"은",   "는",     "이",   "가",   "을", "를",   "과", "와",   "으로", "로",   "이에요",
            "예요", "이라서", "라서", "이랑", "랑", "이요", "요", "이나", "나",   "이야", "야"}) {
        if (head == typed) Error(line.number, "particle '" + head + "' typed after }");
      }
    }
  }

  void CheckTurn(const Turn& turn, const Block& block, bool correction) {
    const bool main = block.kind == BlockKind::kOpen || block.kind == BlockKind::kCore ||
                      block.kind == BlockKind::kFact;
    const size_t lines = main && !correction ? kMinLinesMain : kMinLinesFiller;
    int64_t combinations = 0;
    for (const Line& line : turn.lines) {
      combinations += NumCombinations(line.text);
      CheckHandTyped(line);
      CheckLine(line, LevelOf(frame_, turn.role), turn.role == frame_.server);
    }
    const int64_t wanted =
        correction ? kMinTurnsFiller / 2 : (main ? kMinTurnsMain : kMinTurnsFiller);
    const int number = turn.lines.front().number;
    if (turn.lines.size() < lines && !correction) {
      Warn(number, "turn has " + std::to_string(turn.lines.size()) + " lines, wanted " +
                       std::to_string(lines));
    }
    if (combinations < wanted) {
      Warn(number, "turn has " + std::to_string(combinations) + " combinations, wanted " +
                       std::to_string(wanted));
    }
  }

  void CheckBlock(const Block& block) {
    if (block.scripts.empty() || block.scripts.front().turns.empty())
      return Error(block.line, "block " + block.name + " has no lines");
    for (const Script& script : block.scripts) {
      if (script.turns.empty()) {
        Error(block.line, "a script of block " + block.name + " has no lines");
        continue;
      }
      for (const Turn& turn : script.turns) CheckTurn(turn, block, false);
      for (const auto& [kind, turns] : script.corrections) {
        for (const Turn& turn : turns) CheckTurn(turn, block, true);
      }
      const Turn& last = script.turns.back();
      const bool asks = std::all_of(last.lines.begin(), last.lines.end(), [this](const Line& line) {
        return AllExpansions(line.text, 1, [this](const Reference& r) { return Sample(r); })
            .front()
            .ends_with("?");
      });
      if (asks && block.kind != BlockKind::kOpen && block.kind != BlockKind::kCrowd)
        Error(last.lines.front().number, "the block ends with a question");
    }
    if (!block.corrections.empty() && block.facts.empty())
      Error(block.line, "corr= on a block that states no fact");
    const bool filler = block.kind == BlockKind::kOpt || block.kind == BlockKind::kDistract;
    for (const std::string& fact : block.facts) {
      if (filler && fact.back() != 'x')
        Error(block.line,
              "a filler states the fact {" + fact + "}; use needs= or make it a fact block");
    }
    if (block.kind == BlockKind::kFact && block.facts.empty())
      Error(block.line, "a fact block states no fact; is it opt?");
    if (block.kind == BlockKind::kOpen && block.facts.size() > 1)
      Warn(block.line, "the opening states more than one fact");
  }

  size_t Count(BlockKind kind) const {
    return static_cast<size_t>(std::count_if(frame_.blocks.begin(), frame_.blocks.end(),
                                             [kind](const Block& b) { return b.kind == kind; }));
  }

  void CheckCounts() {
    if (Count(BlockKind::kOpen) != 1)
      Error(1, "there must be exactly one open block (several scripts with 'or')");
    if (Count(BlockKind::kDistract) < kMinDistractors) Error(1, "fewer than 4 distract blocks");
    if (Count(BlockKind::kOpt) < kMinOpts) Warn(1, "fewer than 3 opt blocks");
    std::set<std::string> facts, crowded;
    size_t correctable = 0;
    bool avail = false;
    for (const Block& block : frame_.blocks) {
      for (const std::string& fact : block.facts) {
        if (fact.back() == 'x' || fact == frame_.pool_name) continue;
        const bool fresh_for_two = block.min_persons > 2 || facts.insert(fact).second;
        const bool fresh_for_more = block.max_persons < 3 || crowded.insert(fact).second;
        if (!fresh_for_two || !fresh_for_more)
          Error(block.line, "{" + fact + "} is stated by two blocks");
      }
      correctable += block.corrections.empty() ? 0 : 1;
      avail = avail || block.corrections.contains(CorrectionKind::kAvail);
    }
    if (facts.size() < kMinFacts) Error(1, "fewer than 5 fact slots are stated");
    if (correctable < 2) Error(1, "fewer than 2 blocks with corr=");
    if (!avail) Warn(1, "no block has corr=avail");
  }

  void CheckSums() {
    if (frame_.sums.size() < kMinSums) Error(1, "fewer than 8 sum patterns");
    if (frame_.additions.size() < kMinAdditions) Error(1, "fewer than 5 add patterns");
    std::set<std::string> stated;
    for (const Block& block : frame_.blocks) stated.insert(block.facts.begin(), block.facts.end());
    for (const auto* patterns : {&frame_.sums, &frame_.additions}) {
      for (const SummaryPattern& pattern : *patterns) CheckPattern(pattern, stated);
    }
  }

  void CheckPattern(const SummaryPattern& pattern, const std::set<std::string>& stated) {
    const auto texts =
        AllExpansions(pattern.text, 20, [this](const Reference& r) { return Sample(r); });
    for (const std::string& text : texts) {
      for (const auto& findings :
           {LintCharacters(text), LintSpelling(text), LintParticles(text), LintSummary(text)}) {
        for (const std::string& what : findings) Error(pattern.line, what + "  [" + text + "]");
      }
    }
    for (const std::string& fact : pattern.facts) {
      if (!stated.contains(fact))
        Error(pattern.line, "{" + fact + "} is told but no block states it in all wordings");
    }
  }

  int64_t NumSlotCombinations() const {
    int64_t product = 1;
    for (const JointTable& table : frame_.tables)
      product *= static_cast<int64_t>(table.rows.size());
    for (const Slot& slot : frame_.slots) {
      if (slot.table < 0 && slot.is_fact)
        product = std::min(kMaxCombinations, product * static_cast<int64_t>(slot.values.size()));
    }
    return product;
  }

  const Frame& frame_;
  std::string_view source_;
  FrameFindings found_;
  int num_lines_ = 0, num_words_ = 0;
};

}  // namespace

FrameFindings CheckFrame(const Frame& frame, std::string_view source) {
  return FrameChecker(frame, source).Check();
}

}  // namespace plumbline::data::korean
