// Rules that read the data's own text, and the files that rows are read from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DataRow Data(const std::string& id, const std::string& source, const std::string& summary = "s") {
  DataRow row;
  row.id = id;
  row.source = source;
  row.summaries = {summary};
  return row;
}

// Sentences that share few runs of five characters.
std::string Sentence(size_t i) {
  std::string text;
  for (size_t k = 0; k < 12; ++k) text += std::to_string((i + 1) * 7919 * (k + 3) % 99991) + " ";
  return text;
}

Rows Splits(size_t train, size_t validation) {
  Rows rows;
  rows.train.file = "train.jsonl";
  rows.validation.file = "validation.jsonl";
  for (size_t i = 0; i < train; ++i) {
    rows.train.rows.push_back(Data("t" + std::to_string(i), Sentence(i)));
  }
  for (size_t i = 0; i < validation; ++i) {
    rows.validation.rows.push_back(Data("v" + std::to_string(i), Sentence(1000 + i)));
  }
  return rows;
}

TEST(SplitOverlap, IsSilentOnSplitsApart) {
  EXPECT_THAT(Judge("data-split-overlap", RunOf(Splits(200, 100))), IsEmpty());
}

TEST(SplitOverlap, ExactCopiesFireWhateverTheirFormAndSpacing) {
  Rows rows = Splits(200, 100);
  rows.validation.rows[7].source = "\xEA\xB0\x80  " + Sentence(5);  // U+AC00
  rows.train.rows[5].source = "\xE1\x84\x80\xE1\x85\xA1 " + Sentence(5) + "\n";  // its jamo
  const auto findings = Judge("data-split-overlap", RunOf(rows));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kBlocker);
  EXPECT_THAT(English(findings[0]), HasSubstr("1 of 100 validation documents (1 %) stand in the "
                                              "training data too: v7 = t5; 1 of them with the same"));
}

TEST(SplitOverlap, AShareBelowOnePercentIsMajorAndBelowATenthSilent) {
  Rows rows = Splits(20, 500);
  rows.validation.rows[3].source = rows.train.rows[4].source;
  auto findings = Judge("data-split-overlap", RunOf(rows));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kMajor);
  rows = Splits(20, 1001);
  rows.validation.rows[3].source = rows.train.rows[4].source;
  EXPECT_THAT(Judge("data-split-overlap", RunOf(rows)), IsEmpty());
}

TEST(SplitOverlap, NearCopiesFireFromThreePercentOn) {
  Rows rows = Splits(200, 100);
  for (size_t i = 0; i < 3; ++i) rows.validation.rows[i].source = Sentence(i) + "!";
  EXPECT_THAT(Says("data-split-overlap", RunOf(rows)),
              ElementsAre(HasSubstr("3 of 100 validation documents (3 %) are near copies")));
  rows.validation.rows[2].source = Sentence(5000);
  EXPECT_THAT(Judge("data-split-overlap", RunOf(rows)), IsEmpty());
}

TEST(SplitOverlap, RepeatsInsideASplitAreMinor) {
  Rows rows = Splits(50, 100);
  rows.validation.rows[1].source = rows.validation.rows[0].source;
  EXPECT_THAT(Judge("data-split-overlap", RunOf(rows)), IsEmpty());
  rows.validation.rows[2].source = rows.validation.rows[0].source;
  const auto findings = Judge("data-split-overlap", RunOf(rows));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kMinor);
}

TEST(SplitOverlap, SaysWhatItNeeds) {
  EXPECT_THAT(Needs("data-split-overlap", Evidence{}), HasSubstr("train.jsonl"));
  EXPECT_THAT(Needs("data-split-overlap", RunOf(Splits(3, 0))), HasSubstr("validation.jsonl"));
}

const char* const kComposed = "\xEA\xB0\x80\xEB\x82\x98";                           // U+AC00 B098
const char* const kJamo = "\xE1\x84\x80\xE1\x85\xA1\xE1\x84\x82\xE1\x85\xA1";  // the same, NFD

TEST(HangulForms, DecomposedTextFiresAndMixedFormsBlock) {
  Rows rows;
  rows.references = {{Data("a", "", kJamo)}, "references.jsonl", ""};
  auto findings = Judge("data-hangul-not-nfc", RunOf(rows));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kMajor);
  EXPECT_THAT(English(findings[0]),
              HasSubstr("100 % of the Hangul code points of references are decomposed jamo (NFD), "
                        "first in a: such text takes 2 times"));
  rows.scored = ScoredRows({Scored(kComposed, "x")}).scored;
  findings = Judge("data-hangul-not-nfc", RunOf(rows));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kBlocker);
  EXPECT_THAT(English(findings[0]), HasSubstr("while predictions is composed"));
}

TEST(HangulForms, ComposedAndLatinTextAreSilent) {
  Rows rows = ScoredRows({Scored(kComposed, "x")});
  EXPECT_THAT(Judge("data-hangul-not-nfc", RunOf(rows)), IsEmpty());
  EXPECT_THAT(Judge("data-hangul-not-nfc", RunOf(ScoredRows({Scored("latin", "x")}))), IsEmpty());
  EXPECT_NE(Needs("data-hangul-not-nfc", Evidence{}), "");
}

DataRow Copy(const std::string& id, const std::string& origin, const std::string& fold) {
  DataRow row = Data(id, Sentence(id.size()));
  row.origin = origin;
  row.fold = fold;
  return row;
}

TEST(FoldLeak, FiresWhenACopyLiesInAnotherFold) {
  Rows rows;
  rows.train = {
      {Copy("a", "", "0"), Copy("a-aug", "a", "0"), Copy("b", "", "1")}, "train.jsonl", ""};
  EXPECT_THAT(Judge("data-fold-or-augment-leak", RunOf(rows)), IsEmpty());
  rows.train.rows[1].fold = "1";
  EXPECT_THAT(Says("data-fold-or-augment-leak", RunOf(rows)),
              ElementsAre(HasSubstr("1 of 1 augmented rows lie in another fold")));
}

TEST(FoldLeak, FiresWhenAnEvaluationRowHasATrainedCopy) {
  Rows rows;
  rows.train = {{Copy("a", "", ""), Copy("c-aug", "c", "")}, "train.jsonl", ""};
  rows.validation = {{Copy("b", "", "")}, "validation.jsonl", ""};
  EXPECT_THAT(Judge("data-fold-or-augment-leak", RunOf(rows)), IsEmpty());
  rows.validation.rows.push_back(Copy("c", "", ""));
  EXPECT_THAT(Says("data-fold-or-augment-leak", RunOf(rows)),
              ElementsAre(HasSubstr("1 evaluation rows descend from training rows")));
}

TEST(FoldLeak, IdsThatBothSidesCountForThemselvesProveNothing) {
  Rows rows;
  rows.train = {{Copy("0", "", ""), Copy("1", "0", "")}, "train.jsonl", ""};
  rows.validation = {{Copy("0", "", ""), Copy("1", "0", "")}, "validation.jsonl", ""};
  EXPECT_THAT(Judge("data-fold-or-augment-leak", RunOf(rows)), IsEmpty());
}

TEST(FoldLeak, WithoutOriginsItIsANoteOrAQuestion) {
  Evidence run = RunOf(Splits(3, 3));
  EXPECT_NE(Needs("data-fold-or-augment-leak", run), "");
  Set(run, "augmentation.enabled", "true");
  const auto findings = Judge("data-fold-or-augment-leak", run);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].verdict, Verdict::kNote);
}

TEST(RowsFiles, AreJoinedByIdAndReadUnderTheirUsualNames) {
  const testing::TemporaryDirectory directory;
  std::ofstream(directory / "predictions.jsonl")
      << R"({"fname":"b","prediction":"p","token_ids":[5,2]})" << "\n";
  std::ofstream(directory / "references.jsonl")
      << R"({"fname":"a","summary":"x"})" << "\n"
      << R"({"fname":"b","summary":["y","z"],"dialogue":"d"})" << "\n";
  std::ofstream(directory / "encoded.jsonl")
      << R"({"input_ids":[1,2],"labels":[-100,2],"attention_mask":[1,1]})" << "\n";
  std::ofstream(directory / "train.csv") << "id,dialogue,summary\n7,\"a, b\",c\n";
  std::ofstream(directory / "predictions-2.jsonl") << R"({"fname":"a","prediction":"q"})" << "\n";
  Evidence run;
  run.files.directory = directory.path();
  const Rows& rows = RowsOf(run);
  ASSERT_EQ(rows.scored.rows.size(), 1u);
  EXPECT_THAT(rows.scored.rows[0].references, ElementsAre("y", "z"));
  EXPECT_EQ(rows.scored.rows[0].source, "d");
  EXPECT_THAT(rows.scored.rows[0].token_ids, ElementsAre(5, 2));
  ASSERT_EQ(rows.training.rows.size(), 1u);
  EXPECT_EQ(rows.training.rows[0].id, "line 1");
  EXPECT_EQ(LastTarget(rows.training.rows[0].labels), 2);
  ASSERT_EQ(rows.train.rows.size(), 1u);
  EXPECT_EQ(rows.train.rows[0].source, "a, b");
  ASSERT_EQ(rows.checkpoints.size(), 1u);
  EXPECT_THAT(rows.checkpoints[0].rows[0].references, ElementsAre("x"));
}

TEST(RowsFiles, ABrokenFileIsSaidNotSkipped) {
  const testing::TemporaryDirectory directory;
  std::ofstream(directory / "predictions.jsonl") << "{\"fname\":\n";
  Evidence run;
  run.files.directory = directory.path();
  EXPECT_NE(RowsOf(run).scored.problem, "");
  EXPECT_ERROR(Judge("gen-degenerate-output", run), ErrorKind::kData, "predictions.jsonl");
  const auto audits = AuditStudy({"s", {run}});
  bool said = false;
  for (const Finding& finding : audits[0].findings) {
    said = said || (finding.rule == "gen-degenerate-output" &&
                    finding.verdict == Verdict::kNotEvaluated &&
                    English(finding).find("predictions.jsonl") != std::string::npos);
  }
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace plumbline::audit
