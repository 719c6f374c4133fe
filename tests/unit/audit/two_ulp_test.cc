// One figure of a true report moved by two units of its last printed digit flips the verdict; the
// figure itself, and one unit where intervals still touch, do not.
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/audit/mutation_cases.h"

namespace plumbline::audit {
namespace {

std::string Heard(const Mutation& mutation, const char* figure) {
  Study study = TwoRuns();
  mutation.state(study, figure);
  for (const Finding& finding : audit::Said(Judge(mutation.rule, study, 1))) {
    if (English(finding).find(mutation.part) != std::string::npos) return English(finding);
  }
  return "";
}

TEST(TwoUlp, AFigureMovedByTwoUnitsFlipsTheVerdict) {
  for (const Mutation& mutation : AllMutations()) {
    SCOPED_TRACE(std::string(mutation.rule) + " " + mutation.name);
    EXPECT_EQ(Heard(mutation, mutation.silent), "");
    if (mutation.one_off != nullptr) {
      EXPECT_EQ(Heard(mutation, mutation.one_off), "");
    }
    EXPECT_NE(Heard(mutation, mutation.firing), "");
  }
}

}  // namespace
}  // namespace plumbline::audit
