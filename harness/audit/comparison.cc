#include "harness/audit/comparison.h"

#include <algorithm>
#include <set>

#include "harness/audit/compared_rows.h"
#include "harness/audit/phrase.h"

namespace plumbline::audit {
namespace {

// Rows of their own show these.
constexpr std::string_view kShownElsewhere[] = {
    "training.per_device_train_batch_size", "training.gradient_accumulation_steps",
    "training.num_train_epochs",            "training.learning_rate",
    "training.warmup_ratio",                "training.warmup_steps",
    "training.max_steps",                   "data.train_samples",
    "data.max_train_samples",               "data.eval_samples"};

bool SameText(const std::string& a, const std::string& b) {
  const auto x = ParseDecimal(a);
  const auto y = ParseDecimal(b);
  if (x && y) return x->value == y->value;
  return a == b || (TruthOf(a) && TruthOf(a) == TruthOf(b));
}

// Settings whose layers differ: what lost, beside what was resolved.
void AddDifferingSettings(const Evidence& run, std::vector<ComparedRow>& rows) {
  std::set<std::string> keys;
  for (const Setting& setting : run.settings) {
    if (!setting.key.starts_with("other.")) keys.insert(setting.key);
  }
  for (const std::string_view key : kShownElsewhere) keys.erase(std::string(key));
  for (const std::string& key : keys) {
    const Setting* resolved = run.Find(key, Layer::kResolved);
    RowMaker maker(key.c_str(), Text{});
    bool differs = false;
    const Setting* before = nullptr;
    for (const Layer layer : kDeclaredLayers) {
      const Setting* setting = run.Find(key, layer);
      if (setting == nullptr) continue;
      differs = differs || (before != nullptr && !SameText(before->text, setting->text));
      before = setting;
    }
    if (!differs) continue;
    maker.DeclareSetting(run, key);
    ComparedRow row = maker.Row();
    for (ComparedCell& cell : row.declared) {
      cell.judgement = resolved == nullptr                          ? Judgement::kOpen
                       : SameText(cell.text.value, resolved->text) ? Judgement::kAgrees
                                                                    : Judgement::kRefuted;
    }
    rows.push_back(std::move(row));
  }
}

bool Worthy(const ComparedRow& row) { return row.Compares() || row.title.Empty(); }

}  // namespace

RowMaker& RowMaker::Declare(Layer layer, const std::string& text, const Interval& value,
                            const Place& place) {
  row_.declared.push_back({{"", text, ""}, value, layer, Judgement::kOpen, place});
  return *this;
}

RowMaker& RowMaker::DeclareSetting(const Evidence& run, std::string_view key) {
  for (const Layer layer : kDeclaredLayers) {
    const Setting* setting = run.Find(key, layer);
    if (setting == nullptr) continue;
    const auto number = ParseDecimal(setting->text);
    Declare(layer, setting->text, number ? number->Exact() : kEmptyInterval, setting->place);
  }
  return *this;
}

RowMaker& RowMaker::Observe(const std::string& text, const Interval& value, const Place& place,
                            const std::string& formula, const std::string& korean) {
  const std::string translated = korean.empty() ? KoreanWords(text) : korean;
  row_.observed = {{{"", text, translated}, value, Layer::kResolved, Judgement::kOpen, place}};
  row_.formula = formula;
  return *this;
}

RowMaker& RowMaker::Claim(const std::string& text, const Interval& value, const Place& place,
                          Judgement judgement) {
  for (const ComparedCell& cell : row_.claimed) {
    if (cell.text.value == text && cell.judgement == judgement) return *this;
  }
  row_.claimed.push_back({{"", text, ""}, value, Layer::kClaimed, judgement, place});
  return *this;
}

RowMaker& RowMaker::Claims(const Evidence& run, std::string_view quantity) {
  for (const audit::Claim* claim : run.ClaimsOf(quantity)) {
    Claim(claim->text, claim->value, claim->place);
  }
  return *this;
}

ComparedRow RowMaker::Judged(double tolerance) {
  if (row_.observed.empty() || row_.observed.front().value.Empty()) return row_;
  const Interval seen = Widen(row_.observed.front().value, tolerance);
  return JudgedBy([&](const Interval& value) { return !Disjoint(value, seen); });
}

bool RefutedBy(const std::vector<Finding>& findings, std::string_view rule, const Claim& claim) {
  return std::ranges::any_of(findings, [&](const Finding& finding) {
    if (finding.rule != rule || finding.verdict > Verdict::kSymptom) return false;
    // A figure is refuted wherever it stands; words are known by their place.
    if (!claim.value.Empty() && !claim.text.empty()) {
      return std::ranges::any_of(finding.operands, [&](const Operand& operand) {
        return operand.value == claim.text;
      });
    }
    return std::ranges::any_of(finding.inputs, [&](const Place& place) {
      return place.file == claim.place.file && place.key == claim.place.key &&
             place.line == claim.place.line;
    });
  });
}

void ClaimsJudgedBy(RowMaker& maker, const Evidence& run, std::string_view quantity,
                    const std::vector<Finding>& findings, std::string_view rule, bool agree) {
  for (const Claim* claim : run.ClaimsOf(quantity)) {
    const bool refuted = RefutedBy(findings, rule, *claim);
    maker.Claim(claim->text, kEmptyInterval, claim->place,
                refuted ? Judgement::kRefuted : agree ? Judgement::kAgrees : Judgement::kOpen);
  }
}

std::vector<ComparedRow> CompareRun(const Context& context, const std::vector<Finding>& findings) {
  std::vector<ComparedRow> rows;
  AddWorkRows(context, rows);
  AddRateRows(context, findings, rows);
  AddTimeRows(context, findings, rows);
  AddResultRows(context, findings, rows);
  AddDifferingSettings(context.run, rows);
  std::erase_if(rows, [](const ComparedRow& row) { return !Worthy(row); });
  return rows;
}

size_t NumRefuted(const std::vector<ComparedRow>& rows) {
  size_t refuted = 0;
  for (const ComparedRow& row : rows) {
    refuted += static_cast<size_t>(
        std::ranges::count(row.claimed, Judgement::kRefuted, &ComparedCell::judgement));
  }
  return refuted;
}

const char* JudgementWord(Judgement judgement) {
  switch (judgement) {
    case Judgement::kOpen:
      return "open";
    case Judgement::kAgrees:
      return "agrees";
    case Judgement::kRefuted:
      return "refuted";
  }
  return "";
}

}  // namespace plumbline::audit
