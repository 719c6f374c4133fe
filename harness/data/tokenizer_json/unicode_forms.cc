#include "harness/data/tokenizer_json/unicode_forms.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <unordered_map>

#include "harness/base/utf8.h"
#include "harness/data/tokenizer_json/unicode_classes.h"

namespace plumbline::data::tokenizer_json {
namespace {

constexpr char32_t kLastCodePoint = 0x10FFFF;
constexpr char32_t kFirstComposable = 0x300;  // below it NFC changes nothing
constexpr size_t kLongestDecomposition = 18;  // U+FDFA

constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTail = 0x11A7, kSyllable = 0xAC00;
constexpr char32_t kNumLeads = 19, kNumVowels = 21, kNumTails = 28;

// Assigned after Unicode 9 and decomposable: the library leaves them alone.
bool IsNewDecomposable(char32_t c) {
  return c == 0x11938 || c == 0x32FF || (c >= 0xA7F2 && c <= 0xA7F4) || c == 0xAB69 ||
         (c >= 0x10781 && c <= 0x107BA) || (c >= 0x1E030 && c <= 0x1E06D) || c == 0x1F16C ||
         (c >= 0x1FBF0 && c <= 0x1FBF9);
}

struct Decomposition {
  std::array<utf8proc_int32_t, kLongestDecomposition> values{};
  size_t size = 0;
};

Decomposition Decompose(char32_t c, bool compatible) {
  Decomposition result;
  if (c < 0x80 || IsNewDecomposable(c)) {
    result.values[0] = static_cast<utf8proc_int32_t>(c);
    result.size = 1;
    return result;
  }
  int boundary = 0;
  const int options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
  result.size = static_cast<size_t>(::utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(c), result.values.data(), kLongestDecomposition,
      static_cast<utf8proc_option_t>(options), &boundary));
  return result;
}

bool ComposesAgain(char32_t c) {
  std::string text;
  AppendUtf8(c, text);
  return Nfc(text) == text;
}

constexpr uint64_t PairKey(char32_t first, char32_t second) {
  return (static_cast<uint64_t>(first) << 32) | second;
}

// Pairs of code points that make one, from the canonical decompositions: a decomposition of N
// characters pairs the composite of its first N-1 with the last.
class Compositions {
 public:
  Compositions() {
    std::map<std::u32string, char32_t> composites;
    for (char32_t c = 0xC0; c <= kLastCodePoint; ++c) {
      const auto* property = ::utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
      if (property->decomp_seqindex == UINT16_MAX || property->decomp_type != 0) continue;
      if (IsHangulSyllable(c) || IsNewDecomposable(c)) continue;
      const Decomposition parts = Decompose(c, /*compatible=*/false);
      if (parts.size >= 2 && ComposesAgain(c)) {
        composites.emplace(
            std::u32string(parts.values.begin(),
                           parts.values.begin() + static_cast<ptrdiff_t>(parts.size)),
            c);
      }
    }
    for (const auto& [parts, composite] : composites) {
      const std::u32string start = parts.substr(0, parts.size() - 1);
      const char32_t first = start.size() == 1 ? start[0] : composites.at(start);
      pairs_.emplace(PairKey(first, parts.back()), composite);
    }
  }

  // 0 when they make nothing.
  char32_t Of(char32_t first, char32_t second) const {
    if (first >= kLead && first < kLead + kNumLeads && second >= kVowel &&
        second < kVowel + kNumVowels) {
      return kSyllable + ((first - kLead) * kNumVowels + (second - kVowel)) * kNumTails;
    }
    if (IsHangulSyllable(first) && second > kTail && second < kTail + kNumTails &&
        (first - kSyllable) % kNumTails == 0) {
      return first + (second - kTail);
    }
    if (second < kFirstComposable) return 0;
    const auto pair = pairs_.find(PairKey(first, second));
    return pair == pairs_.end() ? 0 : pair->second;
  }

 private:
  std::unordered_map<uint64_t, char32_t> pairs_;
};

struct Ranked {
  Change change;
  int combining_class = 0;
};

// Runs of combining characters are put in canonical order.
std::vector<Ranked> Decomposed(std::string_view text, bool compatible) {
  std::vector<Ranked> result;
  result.reserve(text.size());
  size_t run = 0;  // where the open run begins
  const auto sort_run = [&] {
    std::stable_sort(result.begin() + static_cast<ptrdiff_t>(run), result.end(),
                     [](const Ranked& a, const Ranked& b) {
                       return a.combining_class < b.combining_class;
                     });
  };
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = CodePointAt(text, at);
    at += point.num_bytes;
    const Decomposition parts = Decompose(point.value, compatible);
    for (size_t i = 0; i < parts.size; ++i) {
      const auto value = static_cast<char32_t>(parts.values[i]);
      const int combining_class = CombiningClass(value);
      if (combining_class == 0) {
        sort_run();
        run = result.size() + 1;  // a starter stays where it is
      }
      result.push_back({{value, i == 0 ? 0 : 1}, combining_class});
    }
  }
  if (run < result.size()) sort_run();
  return result;
}

// Port of Recompositions of unicode-normalization-alignments, which emits the composite, then what
// could not join it.
class Recomposition {
 public:
  explicit Recomposition(const Compositions& compositions) : compositions_(compositions) {}

  std::vector<Change> Of(std::span<const Ranked> parts) {
    for (const Ranked& part : parts) Add(part);
    Flush();
    return std::move(result_);
  }

 private:
  void Add(const Ranked& part) {
    const auto [change, combining_class] = part;
    if (!has_composee_) {
      if (combining_class != 0) {
        result_.push_back(change);
      } else {
        Start(change);
      }
      return;
    }
    const bool is_blocked = last_class_ >= 0 && last_class_ >= combining_class;
    const char32_t composite = is_blocked ? 0 : compositions_.Of(composee_.value, change.value);
    if (composite != 0) {
      composee_ = {composite, composee_.change + change.change - 1};
    } else if (combining_class == 0) {
      Flush();
      Start(change);
    } else {
      waiting_.push_back(change);
      last_class_ = combining_class;
    }
  }

  void Start(Change change) {
    composee_ = change;
    has_composee_ = true;
    last_class_ = -1;
  }

  void Flush() {
    if (has_composee_) result_.push_back(composee_);
    result_.insert(result_.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    has_composee_ = false;
  }

  const Compositions& compositions_;
  std::vector<Change> result_;
  std::vector<Change> waiting_;
  Change composee_;
  bool has_composee_ = false;
  int last_class_ = -1;  // none waits
};

bool ChangesNothing(UnicodeForm form, std::string_view text) {
  const char32_t first_changing = form.composed && !form.compatible ? kFirstComposable : 0x80;
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = CodePointAt(text, at);
    // A syllable that could take up a tail is followed by a jamo, which is none.
    const bool is_syllable = form.composed && IsHangulSyllable(point.value);
    if (point.value >= first_changing && !is_syllable) return false;
    at += point.num_bytes;
  }
  return true;
}

}  // namespace

void ToForm(UnicodeForm form, AlignedText& text) {
  if (ChangesNothing(form, text.text())) return;
  const std::vector<Ranked> parts = Decomposed(text.text(), form.compatible);
  if (form.composed) {
    static const Compositions compositions;
    text.Transform(Recomposition(compositions).Of(parts));
    return;
  }
  std::vector<Change> changes;
  changes.reserve(parts.size());
  for (const Ranked& part : parts) changes.push_back(part.change);
  text.Transform(changes);
}

}  // namespace plumbline::data::tokenizer_json
