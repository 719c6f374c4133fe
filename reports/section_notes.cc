// Notes: what does not decide the verdict and should still be read; files that could not be.
#include "reports/section.h"

namespace plumbline::report {
namespace {

void AddUnreadable(const std::string& side, const std::optional<Run>& run,
                   std::vector<Text>& notes) {
  if (!run) return;
  for (const std::string& file : run->unreadable) {
    notes.push_back(
        {"The " + side + "'s " + file + " could not be read; sections that need it are empty.", "",
         Tone::kWarning});
  }
}

}  // namespace

Section NotesSection(const Facts& facts) {
  std::vector<Text> notes;
  for (const std::string& problem : facts.comparison.problems) {
    notes.push_back({"Problem: " + problem, "", Tone::kWarning});
  }
  AddUnreadable("baseline run", facts.base, notes);
  AddUnreadable("candidate run", facts.candidate, notes);
  for (const std::string& note : facts.comparison.notes) notes.push_back({note});
  Section section{"notes", "Notes", {}};
  if (notes.empty()) notes.push_back({"No notes."});
  for (Text& note : notes) section.blocks.push_back({Paragraph{std::move(note)}, 1});
  return section;
}

}  // namespace plumbline::report
