#include "harness/config/check.h"

#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/config/activity.h"
#include "harness/config/compare.h"

namespace plumbline::config {
namespace {

// Several models in one run need the same machinery as folds and ensembles.
constexpr char kSeveralModels[] = "several models in one run";

std::string MissingFeature(const KeySpec& spec, const Entry& entry) {
  if (spec.name == "experiment.models") {
    return entry.value.is_array() && entry.value.size() > 1 ? kSeveralModels : "";
  }
  return entry.value == spec.default_value ? "" : spec.feature;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

void CheckSampling(const Entries& entries) {
  const Entry& sample = entries.at("generation.do_sample");
  const Entry& beams = entries.at("generation.num_beams");
  if (sample.value != true || beams.value.get<int64_t>() == 1) return;
  Fail(ErrorKind::kUsage, PlaceOf(sample.origin),
       "generation.do_sample = true beside generation.num_beams = " + ValueText(beams.value) +
           " (" + Describe(beams.origin) + ")",
       "one of the two: sampling within a beam search is not built",
       "--set generation.do_sample=false, or --num-beams 1");
}

}  // namespace

void RefuseUnbuilt(const Entries& entries) {
  std::vector<std::string> found;
  bool only_checkpoint = true;
  for (const KeySpec& spec : Schema()) {
    const Entry& entry = entries.at(spec.name);
    const std::string feature = MissingFeature(spec, entry);
    if (feature.empty()) continue;
    // What a checkpoint carries along for a mode that is off does nothing.
    const bool is_idle = !spec.active.empty() && !FailingTerm(spec.active, entries).empty();
    if (entry.origin.layer == Layer::kCheckpoint && is_idle) continue;
    found.push_back(PlaceOf(entry.origin) + ": " + spec.name + " = " + ValueText(entry.value) +
                    " (" + feature + ": not built)");
    only_checkpoint = only_checkpoint && entry.origin.layer == Layer::kCheckpoint;
  }
  if (found.empty()) return;
  Fail(only_checkpoint ? ErrorKind::kModel : ErrorKind::kUsage, "the configuration", Joined(found),
       "features that are built",
       only_checkpoint ? "--set with the default of the key" : "leaving out these settings");
}

void CheckActivity(Entries& entries) {
  for (const KeySpec& spec : Schema()) {
    Entry& entry = entries.at(spec.name);
    if (!entry.active || spec.active.empty()) continue;
    const std::string term = FailingTerm(spec.active, entries);
    if (term.empty()) continue;
    entry.active = false;
    if (!IsWrittenForRun(entry.origin.layer)) continue;
    const std::string key = term.substr(0, term.find(' '));
    const Entry& needed = entries.at(key);
    Fail(ErrorKind::kUsage, PlaceOf(entry.origin),
         spec.name + ", which has no effect while " + key + " is " + ValueText(needed.value) +
             " (" + Describe(needed.origin) + ")",
         term, "removing " + spec.name + " or setting " + key);
  }
}

void CheckRelations(const Entries& entries) {
  CheckSampling(entries);
  const Entry& returned = entries.at("generation.num_return_sequences");
  const Entry& beams = entries.at("generation.num_beams");
  if (returned.value.get<int64_t>() <= beams.value.get<int64_t>()) return;
  if (entries.at("generation.do_sample").value == true) return;
  Fail(ErrorKind::kUsage, PlaceOf(returned.origin),
       "generation.num_return_sequences = " + ValueText(returned.value),
       "at most generation.num_beams = " + ValueText(beams.value) + " (" + Describe(beams.origin) +
           ")",
       "raising num_beams, or generation.do_sample=true");
}

}  // namespace plumbline::config
