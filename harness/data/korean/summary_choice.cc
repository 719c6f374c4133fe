#include "harness/data/korean/summary_choice.h"

#include <algorithm>

#include "harness/base/error.h"

namespace plumbline::data::korean {
namespace {

constexpr uint64_t kRegularPercent = 65;
constexpr uint64_t kLatePercent = 40;
constexpr double kManyCombinations = 400;
constexpr size_t kManyMains = 5;
constexpr size_t kSlotBytes = 15;  // five syllables

class Chooser {
 public:
  Chooser(const ItemRequest& request, const std::vector<Correction>& corrections,
          const Stated& stated, SplitMix64& random)
      : request_(request),
        frame_(*request.frame),
        corrections_(corrections),
        stated_(stated),
        random_(random) {}

  SummaryChoice Choose(const std::set<const SummaryPattern*>& used) {
    SummaryChoice choice;
    std::vector<const SummaryPattern*> mains;
    for (const SummaryPattern& pattern : frame_.sums) {
      if (Allowed(pattern) && !used.contains(&pattern)) mains.push_back(&pattern);
    }
    PreferCorrected(mains);
    PreferManyPersons(mains);
    PreferLate(mains);
    DropFew(mains);
    DropShortest(mains);
    if (mains.empty()) return choice;
    const SummaryPattern* main = mains[Index(mains.size(), "main")];
    choice.patterns.push_back(main);
    choice.num_sentences = main->num_sentences;
    choice.id = "s" + std::to_string(main - frame_.sums.data());
    AddSentences(choice);
    return choice;
  }

 private:
  bool Allowed(const SummaryPattern& pattern) const {
    if (request_.num_persons < pattern.min_persons || request_.num_persons > pattern.max_persons)
      return false;
    if (pattern.num_sentences > request_.num_sentences) return false;
    if (!WhenHolds(pattern)) return false;
    if (!pattern.block.empty() && stated_.blocks != nullptr &&
        !stated_.blocks->contains(pattern.block))
      return false;
    if (!pattern.block.empty() && !BlockFits(pattern.block)) return false;
    return std::all_of(pattern.facts.begin(), pattern.facts.end(),
                       [this](const std::string& fact) { return CanState(fact); });
  }

  // A change may be told only when it was one: not a misunderstanding, not a change named after the
  // fact.
  bool WhenHolds(const SummaryPattern& pattern) const {
    if (pattern.when_slot.empty()) return true;
    return std::any_of(corrections_.begin(), corrections_.end(),
                       [&pattern](const Correction& correction) {
                         if (correction.slot != pattern.when_slot || correction.rejected_last)
                           return false;
                         if (pattern.when_kind != CorrectionKind::kNone)
                           return correction.kind == pattern.when_kind;
                         return correction.kind != CorrectionKind::kOther;
                       });
  }

  bool BlockFits(const std::string& name) const {
    return std::any_of(frame_.blocks.begin(), frame_.blocks.end(), [&](const Block& block) {
      return block.name == name && request_.num_persons >= block.min_persons &&
             request_.num_persons <= block.max_persons;
    });
  }

  bool CanState(const std::string& fact) const {
    if (stated_.facts != nullptr) return stated_.facts->contains(fact);
    return std::any_of(frame_.blocks.begin(), frame_.blocks.end(), [&](const Block& block) {
      return std::find(block.facts.begin(), block.facts.end(), fact) != block.facts.end() &&
             request_.num_persons >= block.min_persons && request_.num_persons <= block.max_persons;
    });
  }

  // Main sentences that tell the corrected value come first: that is what the slot accuracy looks
  // at.
  void PreferCorrected(std::vector<const SummaryPattern*>& mains) const {
    if (corrections_.empty()) return;
    const std::string& slot = corrections_.front().slot;
    std::vector<const SummaryPattern*> telling;
    for (const SummaryPattern* main : mains) {
      if (std::find(main->facts.begin(), main->facts.end(), slot) != main->facts.end())
        telling.push_back(main);
    }
    if (telling.size() >= 2 || (telling.size() == 1 && mains.size() <= 2)) mains = telling;
  }

  // With more than two persons those sentences that were written for them.
  void PreferManyPersons(std::vector<const SummaryPattern*>& mains) const {
    if (request_.num_persons == 2) return;
    std::vector<const SummaryPattern*> fitting;
    for (const SummaryPattern* main : mains) {
      if (main->min_persons > 2) fitting.push_back(main);
    }
    if (!fitting.empty()) mains = fitting;
  }

  // Often those that leave out what the opening already says: else copying the first turns would
  // pay.
  void PreferLate(std::vector<const SummaryPattern*>& mains) {
    if (random_.Below(100) >= kLatePercent) return;
    std::vector<const SummaryPattern*> late;
    for (const SummaryPattern* main : mains) {
      const bool early = std::any_of(main->facts.begin(), main->facts.end(),
                                     [this](const std::string& fact) { return IsOpening(fact); });
      if (!early) late.push_back(main);
    }
    if (!late.empty()) mains = late;
  }

  bool IsOpening(const std::string& fact) const {
    return std::any_of(frame_.blocks.begin(), frame_.blocks.end(), [&fact](const Block& block) {
      return block.kind == BlockKind::kOpen &&
             std::find(block.facts.begin(), block.facts.end(), fact) != block.facts.end();
    });
  }

  // Sentences whose slots have few combinations of values repeat themselves: they go when enough
  // others remain.
  void DropFew(std::vector<const SummaryPattern*>& mains) const {
    std::vector<const SummaryPattern*> many;
    for (const SummaryPattern* main : mains) {
      if (NumTold(*main) >= kManyCombinations || request_.num_sentences > 1) many.push_back(main);
    }
    if (many.size() >= 2) mains = many;
  }

  // Combinations of the values that the pattern tells: distinct parts of table rows times values of
  // free slots.
  double NumTold(const SummaryPattern& pattern) const {
    double product = 1;
    for (const JointTable& table : frame_.tables) {
      std::set<std::string> parts;
      for (const auto& row : table.rows) {
        std::string part;
        for (size_t s = 0; s < row.size(); ++s) {
          const bool told = std::find(pattern.facts.begin(), pattern.facts.end(), table.slots[s]) !=
                            pattern.facts.end();
          if (told) part += "|" + row[s].text;
        }
        parts.insert(part);
      }
      product *= static_cast<double>(parts.size());
    }
    for (const std::string& fact : pattern.facts) {
      const Slot* slot = frame_.FindSlot(fact);
      if (slot != nullptr && slot->table < 0) product *= static_cast<double>(slot->values.size());
    }
    return product;
  }

  // The shortest fifth goes when enough remain.
  void DropShortest(std::vector<const SummaryPattern*>& mains) const {
    if (mains.size() < kManyMains) return;
    std::stable_sort(
        mains.begin(), mains.end(),
        [](const SummaryPattern* a, const SummaryPattern* b) { return Size(*a) > Size(*b); });
    mains.resize(mains.size() - mains.size() / 5);
  }

  static size_t Size(const SummaryPattern& pattern) {
    return AllExpansions(pattern.text, 1,
                         [](const Reference&) { return std::string(kSlotBytes, 'x'); })
        .front()
        .size();
  }

  uint64_t Index(size_t count, const std::string& purpose) {
    if (random_.Below(100) >= kRegularPercent) return random_.Below(count);
    const std::string key = frame_.id + "|" + std::to_string(request_.num_sentences) + "|" +
                            std::to_string(static_cast<int>(request_.correction)) + "|" + purpose;
    return SplitMix64(Fnv1a64(key)).Below(count);
  }

  void AddSentences(SummaryChoice& choice) {
    std::set<std::string> told(choice.patterns[0]->facts.begin(), choice.patterns[0]->facts.end());
    while (choice.num_sentences < request_.num_sentences) {
      std::vector<const SummaryPattern*> additions;
      for (const SummaryPattern& pattern : frame_.additions) {
        if (choice.num_sentences + pattern.num_sentences > request_.num_sentences ||
            !Allowed(pattern))
          continue;
        if (AddsSomething(pattern, told, choice)) additions.push_back(&pattern);
      }
      PreferFacts(additions);
      PreferFresh(additions, told);
      if (additions.empty()) return;
      const SummaryPattern* addition =
          additions[Index(additions.size(), "add" + std::to_string(choice.num_sentences))];
      choice.patterns.push_back(addition);
      choice.num_sentences += addition->num_sentences;
      choice.id += "+a" + std::to_string(addition - frame_.additions.data());
      told.insert(addition->facts.begin(), addition->facts.end());
    }
  }

  // A sentence without a fact ("... checks the booking again") is a last resort.
  static void PreferFacts(std::vector<const SummaryPattern*>& additions) {
    std::vector<const SummaryPattern*> telling;
    for (const SummaryPattern* addition : additions) {
      if (!addition->facts.empty()) telling.push_back(addition);
    }
    if (!telling.empty()) additions = telling;
  }

  // Sentences that repeat nothing come first.
  static void PreferFresh(std::vector<const SummaryPattern*>& additions,
                          const std::set<std::string>& told) {
    std::vector<const SummaryPattern*> fresh;
    for (const SummaryPattern* addition : additions) {
      if (std::none_of(addition->facts.begin(), addition->facts.end(),
                       [&told](const std::string& fact) { return told.contains(fact); }))
        fresh.push_back(addition);
    }
    if (!fresh.empty()) additions = fresh;
  }

  static bool AddsSomething(const SummaryPattern& pattern, const std::set<std::string>& told,
                            const SummaryChoice& choice) {
    if (std::find(choice.patterns.begin(), choice.patterns.end(), &pattern) !=
        choice.patterns.end())
      return false;
    if (pattern.facts.empty()) return true;
    return std::any_of(pattern.facts.begin(), pattern.facts.end(),
                       [&told](const std::string& fact) { return !told.contains(fact); });
  }

  const ItemRequest& request_;
  const Frame& frame_;
  const std::vector<Correction>& corrections_;
  const Stated& stated_;
  SplitMix64& random_;
};

}  // namespace

SummaryChoice ChooseSummary(const ItemRequest& request, const std::vector<Correction>& corrections,
                            const Stated& stated, const std::set<const SummaryPattern*>& used,
                            SplitMix64& random) {
  return Chooser(request, corrections, stated, random).Choose(used);
}

}  // namespace plumbline::data::korean
