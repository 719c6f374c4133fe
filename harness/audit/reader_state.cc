#include "harness/audit/reader_state.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace plumbline::audit {
namespace {

constexpr double kDay = 86400;

// Short names that loggers use.
std::string EntryKey(const std::string& key) {
  if (key == "lr") return "learning_rate";
  if (key == "gradient_norm") return "grad_norm";
  return key;
}

std::optional<Decimal> NumberOf(const Literal& value) {
  if (value.kind != Literal::Kind::kNumber && value.kind != Literal::Kind::kText) return std::nullopt;
  return ParseDecimal(value.text);
}

// "HH:MM:SS", perhaps after a date.
std::optional<double> TimeOfDay(std::string_view text) {
  const size_t first = text.find(':');
  if (first == std::string_view::npos || first < 2 || text.size() < first + 6) return std::nullopt;
  const std::string_view clock = text.substr(first - 2, 8);
  for (const size_t i : {0u, 1u, 3u, 4u, 6u, 7u}) {
    if (clock[i] < '0' || clock[i] > '9') return std::nullopt;
  }
  const auto two = [&](size_t i) { return 10.0 * (clock[i] - '0') + (clock[i + 1] - '0'); };
  return two(0) * 3600 + two(3) * 60 + two(6);
}

bool SamePlace(const Point& a, const Point& b) {
  for (const char* name : {"step", "epoch"}) {
    const Reading* x = a.Find(name);
    const Reading* y = b.Find(name);
    if (x != nullptr && y != nullptr) return x->value.value == y->value.value;
  }
  return false;
}

void Merge(Point& into, Point&& from) {
  for (auto& [name, reading] : from.values) into.values.emplace(name, std::move(reading));
  if (into.timestamp.empty()) {
    into.timestamp = from.timestamp;
    into.clock_s = from.clock_s;
  }
}

// The finite value of a point's reading.
std::optional<double> ValueOf(const Point& point, const char* name) {
  const Reading* reading = point.Find(name);
  if (reading == nullptr || !reading->value.Finite()) return std::nullopt;
  return reading->value.value;
}

void Remember(const Point& point, size_t index, PointIndex& known) {
  const auto step = ValueOf(point, "step");
  const auto epoch = ValueOf(point, "epoch");
  if (step) known.by_step.emplace(*step, index);
  if (epoch) known.by_epoch.emplace(*epoch, index);
  if (epoch && point.Find("step") == nullptr) known.by_epoch_alone.emplace(*epoch, index);
  known.num_points = index + 1;
}

// The first point that SamePlace could mean: steps are compared where both have one, else epochs.
std::optional<size_t> PlaceOf(const Point& point, const PointIndex& known) {
  const auto find = [](const std::map<double, size_t>& places,
                       std::optional<double> value) -> std::optional<size_t> {
    const auto at = value ? places.find(*value) : places.end();
    return at == places.end() ? std::nullopt : std::optional(at->second);
  };
  const bool stepped = point.Find("step") != nullptr;
  if (const auto place = find(known.by_step, ValueOf(point, "step"))) return place;
  return find(stepped ? known.by_epoch_alone : known.by_epoch, ValueOf(point, "epoch"));
}

// A hit that is none shows that others changed the list: the index is made again.
void AddPoint(std::vector<Point>& points, PointIndex& known, Point&& point) {
  for (const bool is_again : {false, true}) {
    if (is_again || known.num_points != points.size()) {
      known = PointIndex();
      for (size_t i = 0; i < points.size(); ++i) Remember(points[i], i, known);
    }
    const auto place = PlaceOf(point, known);
    if (!place) break;
    if (!SamePlace(points[*place], point)) continue;
    Merge(points[*place], std::move(point));
    Remember(points[*place], *place, known);  // it may have got its step only now
    known.num_points = points.size();
    return;
  }
  points.push_back(std::move(point));
  Remember(points.back(), points.size() - 1, known);
}

double OrderOf(const Point& point) {
  for (const char* name : {"epoch", "step"}) {
    const Reading* reading = point.Find(name);
    if (reading != nullptr && reading->value.Finite()) return reading->value.value;
  }
  return 0;
}

}  // namespace

EntryKind KindOfEntry(const Literal& entry) {
  if (!entry.IsMap()) return EntryKind::kNone;
  if (entry.Find("train_runtime") != nullptr) return EntryKind::kFinal;
  bool eval = false;
  for (const auto& [key, value] : entry.members) {
    eval = eval || (key.starts_with("eval_") && NumberOf(value));
  }
  const bool placed = entry.Find("epoch") != nullptr || entry.Find("step") != nullptr;
  if (eval && placed) return EntryKind::kEvaluation;
  for (const char* name : {"loss", "grad_norm", "learning_rate", "lr"}) {
    const Literal* value = entry.Find(name);
    if (placed && value != nullptr && NumberOf(*value)) return EntryKind::kTraining;
  }
  return EntryKind::kNone;
}

bool AddEntry(const Literal& entry, const std::string& file, const std::string& key,
              Evidence& run) {
  const EntryKind kind = KindOfEntry(entry);
  if (kind == EntryKind::kNone) return false;
  Point point;
  point.place = {file, key, entry.line};
  bool empty_value = false;
  for (const auto& [name, value] : entry.members) {
    if (name == "timestamp" || name == "time") {
      point.timestamp = value.text;
      point.clock_s = TimeOfDay(value.text);
    }
    empty_value = empty_value || (value.kind == Literal::Kind::kNull &&
                                  (name == "grad_norm" || EntryKey(name) == "learning_rate"));
    if (const auto number = NumberOf(value)) {
      const std::string shown = key.empty() ? EntryKey(name) : key + "." + EntryKey(name);
      point.values[EntryKey(name)] = {*number, {file, shown, value.line}};
    }
  }
  if (kind == EntryKind::kFinal) {
    for (auto& [name, reading] : point.values) run.final.emplace(name, std::move(reading));
    if (!point.timestamp.empty()) run.words.emplace("end", point.timestamp);
  } else if (kind == EntryKind::kEvaluation) {
    AddPoint(run.evaluations, run.evaluation_index, std::move(point));
  } else if (empty_value) {
    // A row whose rate and norm are None is no step of the log; it stays what a person claims.
    const Reading* loss = point.Find("loss");
    const Reading* epoch = point.Find("epoch");
    if (loss != nullptr && epoch != nullptr) {
      run.claims.push_back({"loss_at_epoch", loss->value.Printed(), loss->value.text, "",
                            epoch->value.value, loss->place});
    }
  } else {
    AddPoint(run.log, run.log_index, std::move(point));
  }
  return true;
}

void AddTrainerState(const Literal& state, const std::string& file, Evidence& run) {
  for (const auto& [key, value] : state.members) {
    if (const auto number = NumberOf(value)) {
      run.facts.insert_or_assign("state." + key, Reading{*number, {file, key, value.line}});
    } else if (value.kind == Literal::Kind::kText) {
      run.words.insert_or_assign("state." + key, value.text);
    }
  }
  const Literal* history = state.Find("log_history");
  if (history == nullptr || !history->IsList()) return;
  // Entries of one file do not repeat: appended as they are, so that a long log stays linear.
  Evidence fresh;
  for (size_t i = 0; i < history->items.size(); ++i) {
    Evidence one;
    if (!AddEntry(history->items[i], file, "log_history[" + std::to_string(i) + "]", one)) continue;
    for (Point& point : one.log) fresh.log.push_back(std::move(point));
    for (Point& point : one.evaluations) fresh.evaluations.push_back(std::move(point));
    for (auto& [name, reading] : one.final) fresh.final.insert_or_assign(name, reading);
    for (Claim& claim : one.claims) fresh.claims.push_back(std::move(claim));
    run.words.insert(one.words.begin(), one.words.end());
  }
  for (Point& point : fresh.log) run.log.push_back(std::move(point));
  for (Point& point : fresh.evaluations) run.evaluations.push_back(std::move(point));
  for (auto& [name, reading] : fresh.final) run.final.insert_or_assign(name, reading);
  for (Claim& claim : fresh.claims) run.claims.push_back(std::move(claim));
}

void AddResults(const Literal& results, const std::string& file, Evidence& run) {
  for (const auto& [key, value] : results.members) {
    const auto number = NumberOf(value);
    if (!number) continue;
    const Reading reading{*number, {file, key, value.line}};
    if (key.starts_with("train_")) run.final.emplace(key, reading);
    run.facts.emplace("results." + key, reading);
  }
}

void OrderPoints(Evidence& run) {
  const auto by_order = [](const Point& a, const Point& b) { return OrderOf(a) < OrderOf(b); };
  std::ranges::stable_sort(run.log, by_order);
  std::ranges::stable_sort(run.evaluations, by_order);
  std::vector<Point*> all;
  for (Point& point : run.log) all.push_back(&point);
  for (Point& point : run.evaluations) all.push_back(&point);
  std::ranges::stable_sort(all, [](const Point* a, const Point* b) {
    return OrderOf(*a) < OrderOf(*b);
  });
  std::optional<double> before;
  for (Point* point : all) {
    if (!point->clock_s) continue;
    double clock_s = std::fmod(*point->clock_s, kDay);
    if (before) clock_s += kDay * std::floor(*before / kDay);
    // An evaluation and a training point of one epoch may be a few seconds out of order.
    if (before && clock_s < *before - kDay / 2) clock_s += kDay;
    point->clock_s = clock_s;
    before = before ? std::max(*before, clock_s) : clock_s;
  }
}

}  // namespace plumbline::audit
