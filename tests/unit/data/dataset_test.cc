#include "harness/data/dataset.h"

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "tests/testing/error_matcher.h"
#include "tests/testing/temporary_directory.h"

namespace plumbline::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DatasetTest : public ::testing::Test {
 protected:
  Dataset Load(const std::string& text, const DatasetOptions& options = {},
               const std::string& name = "d.jsonl") {
    WriteFileAtomic(directory_ / name, text);
    return LoadDataset(directory_ / name, options);
  }

  static std::string Rows(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      text += "{\"fname\":\"r" + std::to_string(i) + "\",\"dialogue\":\"d\",\"summary\":\"s\"}\n";
    }
    return text;
  }

  testing::TemporaryDirectory directory_;
};

TEST_F(DatasetTest, ReadsTextRecordsWithOneOrSeveralReferences) {
  const Dataset dataset = Load(R"({"fname":"a","dialogue":"d\ne","summary":"s","topic":"t"}
{"fname":"b","dialogue":"d","summary":["s1","s2"],"other":3}
)");
  ASSERT_EQ(dataset.examples.size(), 2u);
  EXPECT_EQ(dataset.examples[0].dialogue, "d\ne");
  EXPECT_EQ(dataset.examples[0].topic, "t");
  EXPECT_THAT(dataset.examples[1].summary, ElementsAre("s1", "s2"));
  EXPECT_EQ(dataset.examples[1].topic, "");
  EXPECT_EQ(dataset.examples[1].line, 2);
  EXPECT_THAT(dataset.rows_taken, ElementsAre(0, 1));
  EXPECT_THAT(dataset.notes, IsEmpty());
  EXPECT_FALSE(dataset.in_manifest);
}

TEST_F(DatasetTest, CsvHoldsTheSameRecords) {
  const Dataset dataset = Load("fname,dialogue,summary\na,\"one\ntwo\",s\nb,d,s2\n", {}, "d.csv");
  EXPECT_EQ(dataset.examples[0].dialogue, "one\ntwo");
  EXPECT_EQ(dataset.examples[1].line, 4);
  EXPECT_THAT(dataset.examples[1].summary, ElementsAre("s2"));
  const Dataset ids = Load("fname,input_ids,labels\na,\"[1,2]\",\"[3,-100]\"\n", {}, "i.csv");
  EXPECT_THAT(ids.examples[0].labels, ElementsAre(3, -100));
}

TEST_F(DatasetTest, AFileWithoutAKnownNameIsJudgedByItsContent) {
  EXPECT_EQ(Load(Rows(1), {}, "rows").num_rows, 1);
  EXPECT_EQ(Load("fname,dialogue,summary\na,d,s\n", {}, "rows.txt").num_rows, 1);
}

TEST_F(DatasetTest, ReadsIdRecords) {
  const Dataset dataset = Load(R"({"fname":"a","input_ids":[5,6],"labels":[7,-100]})");
  EXPECT_TRUE(dataset.examples[0].is_tokenized);
  EXPECT_THAT(dataset.examples[0].input_ids, ElementsAre(5, 6));
  EXPECT_THAT(dataset.examples[0].labels, ElementsAre(7, -100));
}

TEST_F(DatasetTest, FieldsCanBeRenamed) {
  DatasetOptions options;
  options.fields = FieldNames::FromJson({{"dialogue", "text"}, {"fname", "id"}});
  EXPECT_EQ(Load(R"({"id":"a","text":"d","summary":"s"})", options).examples[0].dialogue, "d");
  EXPECT_ERROR(FieldNames::FromJson({{"dialoge", "x"}}), ErrorKind::kUsage, "'dialogue'");
  EXPECT_ERROR(FieldNames::FromJson({{"dialogue", 3}}), ErrorKind::kUsage, "column");
  EXPECT_ERROR(FieldNames::FromJson(Json::array()), ErrorKind::kUsage, "array");
}

TEST_F(DatasetTest, MissingAndIllTypedFieldsNameFileAndLine) {
  const std::string good = Rows(1);
  EXPECT_ERROR(Load(good + R"({"fname":"x","dialog":"d","summary":"s"})"), ErrorKind::kData,
               "d.jsonl':2: found no field 'dialogue'");
  EXPECT_ERROR(Load(R"({"fname":"x","dialog":"d","summary":"s"})"), ErrorKind::kData,
               "'dialog' is meant");
  EXPECT_ERROR(Load(R"({"fname":"x","dialogue":"d"})"), ErrorKind::kData, "no field 'summary'");
  EXPECT_ERROR(Load(R"({"fname":"x","dialogue":"d","summary":null})"), ErrorKind::kData,
               "'summary'");
  EXPECT_ERROR(Load(R"({"fname":3,"dialogue":"d","summary":"s"})"), ErrorKind::kData,
               "number in 'fname'");
  EXPECT_ERROR(Load(R"({"fname":"x","dialogue":"d","summary":[]})"), ErrorKind::kData,
               "empty list");
  EXPECT_ERROR(Load(R"({"fname":"x","dialogue":"d","summary":["s",3]})"), ErrorKind::kData,
               "number");
  EXPECT_ERROR(Load(R"({"fname":"x","dialogue":" \n","summary":"s"})"), ErrorKind::kData,
               "empty 'dialogue'");
  EXPECT_ERROR(Load(R"({"fname":"x","dialogue":"d","summary":""})"), ErrorKind::kData,
               "empty 'summary'");
}

TEST_F(DatasetTest, SummariesMayBeAbsentWhereNoneIsNeeded) {
  DatasetOptions options;
  options.require_summary = false;
  EXPECT_THAT(Load(R"({"fname":"x","dialogue":"d"})", options).examples[0].summary, IsEmpty());
  EXPECT_THAT(Load(R"({"fname":"x","input_ids":[1]})", options).examples[0].labels, IsEmpty());
}

TEST_F(DatasetTest, BrokenIdsAreRefused) {
  for (const char* ids : {"[]", "[1.5]", "[-1]", "[\"1\"]", "3", "[18446744073709551615]"}) {
    EXPECT_ERROR(Load(std::string(R"({"fname":"x","labels":[1],"input_ids":)") + ids + "}"),
                 ErrorKind::kData, "'input_ids'");
  }
}

TEST_F(DatasetTest, DuplicateNamesGiveBothLines) {
  EXPECT_ERROR(Load(Rows(2) + Rows(1)), ErrorKind::kData,
               "d.jsonl':3: found the fname 'r0' of line 1");
}

TEST_F(DatasetTest, TextAndIdsInOneFileAreRefused) {
  EXPECT_ERROR(Load(Rows(1) + R"({"fname":"x","input_ids":[1],"labels":[1]})"), ErrorKind::kData,
               "token ids behind text");
}

TEST_F(DatasetTest, EmptyAndMissingFilesAreRefused) {
  EXPECT_ERROR(Load(""), ErrorKind::kData, "no record");
  EXPECT_ERROR(LoadDataset(directory_ / "absent.jsonl", {}), ErrorKind::kData, "absent.jsonl");
  EXPECT_ERROR(LoadDataset(directory_.path(), {}), ErrorKind::kData, "directory");
}

TEST_F(DatasetTest, ASubsetIsSeededSortedAndOfTheRightSize) {
  DatasetOptions options;
  options.max_samples = 10;
  const Dataset first = Load(Rows(50), options);
  const Dataset again = Load(Rows(50), options);
  EXPECT_EQ(first.rows_taken.size(), 10u);
  EXPECT_EQ(first.rows_taken, again.rows_taken);
  EXPECT_EQ(first.num_rows, 50);
  EXPECT_TRUE(std::is_sorted(first.rows_taken.begin(), first.rows_taken.end()));
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(first.examples[i].row, first.rows_taken[i]);
  options.subset_seed = 43;
  EXPECT_NE(Load(Rows(50), options).rows_taken, first.rows_taken);
  options.max_samples = 80;
  EXPECT_EQ(Load(Rows(50), options).examples.size(), 50u);
}

TEST_F(DatasetTest, AMatchingManifestIsNotedAsChecked) {
  const std::string text = Rows(3);
  WriteJsonFile(directory_ / "manifest.json",
                {{"files", {{"d.jsonl", {{"sha256", Sha256Hex(text)}}}}}});
  const Dataset dataset = Load(text);
  EXPECT_TRUE(dataset.in_manifest);
  EXPECT_EQ(dataset.sha256, Sha256Hex(text));
}

TEST_F(DatasetTest, AChangedByteIsFoundWithBothDigests) {
  const std::string text = Rows(3);
  WriteJsonFile(directory_ / "manifest.json",
                {{"files", {{"d.jsonl", {{"sha256", Sha256Hex(text)}}}}}});
  EXPECT_ERROR(Load(text + "\n"), ErrorKind::kData, Sha256Hex(text));
  EXPECT_ERROR(Load(text + "\n"), ErrorKind::kData, "SHA-256 " + Sha256Hex(text + "\n"));
  EXPECT_ERROR(Load(text + "\n"), ErrorKind::kData, "d.jsonl");
}

TEST_F(DatasetTest, AFileThatTheManifestDoesNotNameIsNoted) {
  WriteJsonFile(directory_ / "manifest.json", {{"files", {{"e.jsonl", {{"sha256", "0"}}}}}});
  EXPECT_THAT(Load(Rows(1)).notes, ElementsAre(HasSubstr("not checked")));
  WriteJsonFile(directory_ / "manifest.json", {{"files", {{"d.jsonl", 3}}}});
  EXPECT_ERROR(Load(Rows(1)), ErrorKind::kData, "no sha256");
  WriteJsonFile(directory_ / "manifest.json", {{"something", "else"}});
  EXPECT_THAT(Load(Rows(1)).notes, IsEmpty());
}

TEST_F(DatasetTest, DecomposedHangulIsReportedAndLeftAsItIs) {
  const std::string decomposed = "\u1112\u1161\u11AB";
  const Dataset dataset = Load(Rows(1) + "{\"fname\":\"x\",\"dialogue\":\"a " + decomposed +
                               "\",\"summary\":\"" + decomposed + "\"}\n");
  EXPECT_EQ(dataset.examples[1].summary[0], decomposed);
  EXPECT_THAT(dataset.notes, ElementsAre(HasSubstr("2 texts hold decomposed Hangul (NFD), first at "
                                                   "line 2, 'dialogue', byte 2")));
}

}  // namespace
}  // namespace plumbline::data
