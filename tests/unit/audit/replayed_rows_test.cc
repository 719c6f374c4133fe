// ckp-resume-replays-data: how often rows were trained, by epoch or over the whole run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Ids as "EPOCH ID".
Rows SeenRows(std::initializer_list<std::pair<const char*, const char*>> seen) {
  Rows rows;
  rows.seen.file = "seen.jsonl";
  for (const auto& [epoch, id] : seen) rows.seen.rows.push_back({id, epoch, 0, 0});
  for (const char* id : {"a", "b"}) {
    DataRow row;
    row.id = id;
    rows.train.rows.push_back(row);
  }
  return rows;
}

TEST(ResumeReplays, FiresOnARowTrainedTwiceInAnEpoch) {
  EXPECT_THAT(Judge("ckp-resume-replays-data", RunOf(SeenRows({{"0", "a"}, {"0", "b"}}))), IsEmpty());
  EXPECT_THAT(Says("ckp-resume-replays-data", RunOf(SeenRows({{"0", "a"}, {"0", "a"}}))),
              ElementsAre(HasSubstr("epoch 0 trained 2 rows, 1 different ones: 1 were repeated and "
                                    "1 of the 2 rows of the data never came, first a")));
}

TEST(ResumeReplays, DataThatHoldsARowTwiceMayTrainItTwice) {
  Rows rows = SeenRows({{"0", "a"}, {"0", "a"}, {"0", "b"}});
  EXPECT_EQ(Says("ckp-resume-replays-data", RunOf(rows)).size(), 1u);
  rows.train.rows.push_back(rows.train.rows[0]);
  EXPECT_THAT(Judge("ckp-resume-replays-data", RunOf(rows)), IsEmpty());
  rows.seen.rows.push_back(rows.seen.rows[0]);  // a third time: 4 rows trained, 3 of them rightly
  const auto findings = Judge("ckp-resume-replays-data", RunOf(rows));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(English(findings[0]), HasSubstr("trained 4 rows, 2 different ones: 1 were repeated"));
  EXPECT_EQ(findings[0].formula, "4 - 3 = 1");
}

TEST(ResumeReplays, FiresOnAFinishedEpochThatLacksRows) {
  EXPECT_THAT(Says("ckp-resume-replays-data", RunOf(SeenRows({{"0", "a"}, {"1", "a"}, {"1", "b"}}))),
              ElementsAre(HasSubstr("epoch 0 never trained 1 of the 2 rows")));
  // The last epoch may be unfinished.
  EXPECT_THAT(Judge("ckp-resume-replays-data", RunOf(SeenRows({{"0", "a"}, {"0", "b"}, {"1", "a"}}))),
              IsEmpty());
  // A loader may drop a tail shorter than its batch.
  Evidence run = RunOf(SeenRows({{"0", "a"}, {"1", "a"}, {"1", "b"}}));
  Set(run, "training.per_device_train_batch_size", "2");
  EXPECT_THAT(Judge("ckp-resume-replays-data", run), IsEmpty());
}

TEST(ResumeReplays, JudgesHowOftenRowsOfOurOwnRunsWereTrained) {
  Rows rows;
  rows.seen = {{{"a", "", 2, 30}, {"b", "", 1, 2}}, "seen.jsonl", ""};
  EXPECT_THAT(Judge("ckp-resume-replays-data", RunOf(rows)), IsEmpty());
  rows.seen.rows[0].times = 3;
  EXPECT_THAT(Says("ckp-resume-replays-data", RunOf(rows)),
              ElementsAre(HasSubstr("30 rows 3 times (a), 2 rows 1 times (b)")));
}

TEST(ResumeReplays, FiresOnAResumedProcessThatRanNoStep) {
  Evidence run = RunOf(SeenRows({{"0", "a"}, {"0", "b"}}));
  run.log.push_back(PointOf({{"loss", "0.28"}}));
  run.final["train_loss"] = ReadingOf("0.0", "train_loss");
  EXPECT_THAT(Says("ckp-resume-replays-data", run),
              ElementsAre(HasSubstr("ran no step at all: train_loss 0.0")));
  EXPECT_THAT(Said(Judge("ckp-resume-inflates-metrics", run)), IsEmpty());
  run.final["train_loss"] = ReadingOf("0.3", "train_loss");
  EXPECT_THAT(Judge("ckp-resume-replays-data", run), IsEmpty());
}

}  // namespace
}  // namespace plumbline::audit
