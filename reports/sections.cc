#include "reports/section.h"

namespace plumbline::report {

std::vector<Section> AllSections(const Facts& facts) {
  return {
#define SECTION(Name) Name##Section(facts),
#include "reports/sections.def"
#undef SECTION
  };
}

}  // namespace plumbline::report
