// Rules that read encoded rows: each fires on a made defect and is silent beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kMasked = -100;

// <1> 10 11 12 | 20 21 <2>, loss on what follows the bar; padded by `pad` at the end.
EncodedRow CausalRow(int64_t pad = 0, int64_t end_label = 2) {
  return Encoded({1, 10, 11, 12, 20, 21, 2, pad},
                 {kMasked, kMasked, kMasked, kMasked, 20, 21, end_label, kMasked},
                 {1, 1, 1, 1, 1, 1, 1, 0});
}

EncodedRow Prompt(std::vector<int64_t> ids) {
  const std::vector<int64_t> mask(ids.size(), 1);
  return Encoded(std::move(ids), {}, mask);
}

Rows Causal(const EncodedRow& row, std::vector<EncodedRow> inference = {}) {
  Rows rows = TrainingRows(std::vector<EncodedRow>(6, row));
  rows.inference = EncodedFile("encoded_inference.jsonl", std::move(inference));
  return rows;
}

const char* const kEncodedRules[] = {
    "tok-pad-equals-eos-masked", "tok-stop-set-incomplete",    "tok-double-bos",
    "tok-template-drift",        "tok-response-marker-missed", "tok-loss-mask-wrong",
    "tok-truncation-cuts-signal"};

TEST(TokenRules, ACleanDecoderOnlyRunIsSilent) {
  const std::vector<EncodedRow> prompts(6, Prompt({1, 10, 11, 12}));
  const Evidence run = Special(RunOf(Causal(CausalRow(), prompts)), 0, false);
  for (const char* rule : kEncodedRules) EXPECT_THAT(Judge(rule, run), IsEmpty()) << rule;
  for (const char* rule : {"tok-left-pad-missing", "tok-packing-crosstalk"}) {
    EXPECT_THAT(Judge(rule, run), IsEmpty()) << rule;
  }
}

TEST(TokenRules, EachSaysWhatItNeeds) {
  const Evidence run = Special(Evidence{}, 2, false);
  for (const char* rule : kEncodedRules) EXPECT_NE(Needs(rule, run), "") << rule;
  for (const char* rule :
       {"tok-left-pad-missing", "tok-packing-crosstalk", "tok-added-tokens-untrained"}) {
    EXPECT_NE(Needs(rule, run), "") << rule;
  }
  EXPECT_NE(Needs("tok-decoder-start-wrong", Evidence{}), "");
}

TEST(PadEqualsEos, FiresWhenTheEndIsMasked) {
  EXPECT_THAT(Says("tok-pad-equals-eos-masked",
                   Special(RunOf(Causal(CausalRow(2, kMasked))), 2, false)),
              ElementsAre(HasSubstr("one id (2), and 0 of 6 encoded rows (0 %)")));
  EXPECT_THAT(Judge("tok-pad-equals-eos-masked", Special(RunOf(Causal(CausalRow(2))), 2, false)),
              IsEmpty());
}

TEST(StopSet, FiresWhenGenerationStopsElsewhere) {
  Evidence run = Special(RunOf(Causal(CausalRow())), 0, false);
  run.documents.generation_config = {{"eos_token_id", {7, 8}}};
  EXPECT_THAT(Says("tok-stop-set-incomplete", run),
              ElementsAre(HasSubstr("end with id 2, but generation stops on [7, 8]")));
  run.documents.generation_config = {{"eos_token_id", {7, 2}}};
  EXPECT_THAT(Judge("tok-stop-set-incomplete", run), IsEmpty());
}

TEST(StopSet, FiresWhenOutputsGoOnBehindTheEnd) {
  Rows rows = Causal(CausalRow());
  rows.scored = ScoredRows(std::vector<ScoredRow>(4)).scored;
  for (ScoredRow& row : rows.scored.rows) row.token_ids = {20, 2, 20, 21};
  EXPECT_THAT(Says("tok-stop-set-incomplete", Special(RunOf(rows), 0, false)),
              ElementsAre(HasSubstr("4 of 4 outputs (100 %) go on behind id 2")));
  for (ScoredRow& row : rows.scored.rows) row.token_ids = {20, 21, 2};
  EXPECT_THAT(Judge("tok-stop-set-incomplete", Special(RunOf(rows), 0, false)), IsEmpty());
}

TEST(DoubleBos, FiresOnTwoAndOnUnequalNumbers) {
  EncodedRow twice = CausalRow();
  twice.input_ids[1] = 1;
  const std::vector<EncodedRow> prompts(6, Prompt({1, 10, 11, 12}));
  EXPECT_THAT(Says("tok-double-bos", Special(RunOf(Causal(twice, prompts)), 0, false)),
              ElementsAre(HasSubstr("begin with 2 BOS tokens, first encoded.jsonl0: 1, 1, 11, 12"),
                          HasSubstr("training rows begin with 2 BOS, generation inputs with 1")));
}

TEST(DoubleBos, PaddingInFrontIsNoBos) {
  EncodedRow padded = Encoded({1, 1, 1, 10}, {}, {0, 0, 1, 1});  // pad = BOS, one real BOS
  EXPECT_THAT(Judge("tok-double-bos", Special(RunOf(Causal(CausalRow(), {padded})), 1, false)),
              IsEmpty());
}

TEST(TemplateDrift, ComparesTheSameRowsExactly) {
  Rows rows = Causal(CausalRow(), {Prompt({1, 10, 11, 12}), Prompt({1, 10, 99, 12})});
  rows.inference.rows[0].id = rows.training.rows[0].id;
  rows.inference.rows[1].id = rows.training.rows[1].id;
  EXPECT_THAT(Says("tok-template-drift", Special(RunOf(rows), 0, false)),
              ElementsAre(HasSubstr("leaves the same row's training ids at token 2: [99, 12] "
                                    "instead of [11, 12, 20, 21, ...] (1 of 2 rows)")));
}

TEST(TemplateDrift, ComparesHeadAndTailOfOtherRows) {
  const std::vector<EncodedRow> head(6, Prompt({1, 50, 11, 12}));
  EXPECT_THAT(Says("tok-template-drift", Special(RunOf(Causal(CausalRow(), head)), 0, false)),
              ElementsAre(HasSubstr("the template's head differs"),
                          HasSubstr("the generation prompt differs")));
  // Rows that differ everywhere but in head and tail.
  std::vector<EncodedRow> train, prompts;
  for (int64_t i = 0; i < 6; ++i) {
    train.push_back(Encoded({1, 10, 30 + i, 12, 20, 2}, {-100, -100, -100, -100, 20, 2}));
    prompts.push_back(Prompt({1, 10, 40 + i, 41, 13}));
  }
  Rows rows = TrainingRows(train);
  rows.inference = EncodedFile("encoded_inference.jsonl", prompts);
  EXPECT_THAT(Says("tok-template-drift", Special(RunOf(rows), 0, false)),
              ElementsAre(HasSubstr("all training rows have [12], generation inputs end with "
                                    "[41, 13]")));
}

TEST(TemplateDrift, ThinkingTagsFire) {
  Rows rows = ScoredRows({Scored("<think> hm </think> fine", "x"), Scored("fine", "x")});
  EXPECT_THAT(Says("tok-template-drift", RunOf(rows)), ElementsAre(HasSubstr("1 of 2 outputs")));
}

TEST(LeftPad, FiresOnRightPaddingOfDecoderOnlyModelsAlone) {
  const Rows rows = Causal(CausalRow(), {Encoded({1, 10, 0}, {}, {1, 1, 0})});
  EXPECT_THAT(Says("tok-left-pad-missing", Special(RunOf(rows), 0, false)),
              ElementsAre(HasSubstr("1 of 1 generation inputs are padded on the right")));
  EXPECT_THAT(Judge("tok-left-pad-missing", Special(RunOf(rows), 0, true)), IsEmpty());
}

TEST(ResponseMarker, FiresOnRowsWithoutTargets) {
  Rows rows = Causal(CausalRow());
  rows.training.rows[4].labels.assign(8, kMasked);
  EXPECT_THAT(Says("tok-response-marker-missed", Special(RunOf(rows), 0, false)),
              ElementsAre(HasSubstr("1 of 6 encoded rows (16.7 %) have no target at all, first "
                                    "encoded.jsonl4")));
}

TEST(LossMask, FiresOnPadTargets) {
  Rows rows = Causal(CausalRow());
  rows.training.rows[1].labels[7] = 0;
  EXPECT_THAT(Says("tok-loss-mask-wrong", Special(RunOf(rows), 0, false)),
              ElementsAre(HasSubstr("1 padding positions of 6 encoded rows have a label")));
}

TEST(LossMask, FiresOnPadLabelsOfAnEncoderDecoder) {
  EXPECT_THAT(Says("tok-loss-mask-wrong",
                   Special(RunOf(TrainingRows({Encoded({1, 10, 2}, {20, 2, 0, 0})})), 0, true)),
              ElementsAre(HasSubstr("2 padding positions")));
  EXPECT_THAT(Judge("tok-loss-mask-wrong",
                    Special(RunOf(TrainingRows({Encoded({1, 10, 2}, {20, 2, -100})})), 0, true)),
              IsEmpty());
}

TEST(LossMask, JudgesPromptsOnlyWhereCompletionsWereAskedFor) {
  EncodedRow whole = CausalRow();
  whole.labels = {1, 10, 11, 12, 20, 21, 2, kMasked};
  Evidence run = Special(RunOf(Causal(whole)), 0, false);
  EXPECT_THAT(Judge("tok-loss-mask-wrong", run), IsEmpty());
  Set(run, "other.completion_only_loss", "true");
  EXPECT_THAT(Says("tok-loss-mask-wrong", run),
              ElementsAre(HasSubstr("100 % of the loss tokens are prompt tokens")));
}

TEST(Truncation, FiresOnTargetsWithoutTheirEnd) {
  Rows rows = TrainingRows(std::vector<EncodedRow>(6, Encoded({1, 10, 2}, {20, 21, 2})));
  EXPECT_THAT(Judge("tok-truncation-cuts-signal", Special(RunOf(rows), 0, true)), IsEmpty());
  for (size_t i = 0; i < 3; ++i) rows.training.rows[i].labels = {20, 21, 22};
  EXPECT_THAT(Says("tok-truncation-cuts-signal", Special(RunOf(rows), 0, true)),
              ElementsAre(HasSubstr("3 of 6 targets (50 %) end without the end token at 3")));
}

TEST(Truncation, FiresOnInputsAtTheLimitTheSettingsName) {
  Evidence run = Special(RunOf(Causal(CausalRow())), 0, false);
  Set(run, "data.max_source_length", "7");
  EXPECT_THAT(Says("tok-truncation-cuts-signal", run),
              ElementsAre(HasSubstr("6 of 6 inputs (100 %) reach the limit of 7 tokens")));
  run.settings[0].text = "8";
  EXPECT_THAT(Judge("tok-truncation-cuts-signal", run), IsEmpty());
}

TEST(Packing, FiresWithoutAnythingThatSeparatesSamples) {
  Evidence run = Special(RunOf(Causal(CausalRow())), 0, false);
  Set(run, "other.packing", "true");
  EXPECT_THAT(Says("tok-packing-crosstalk", run), ElementsAre(HasSubstr("packing is on")));
  Set(run, "other.attn_implementation", "flash_attention_2");
  EXPECT_THAT(Judge("tok-packing-crosstalk", run), IsEmpty());
}

TEST(Packing, SeesSeveralBeginningsInARow) {
  EncodedRow packed = Encoded({1, 10, 2, 1, 11, 2}, {1, 10, 2, 1, 11, 2});
  EXPECT_THAT(Says("tok-packing-crosstalk", Special(RunOf(TrainingRows({packed})), 0, false)),
              ElementsAre(HasSubstr("1 of 1 encoded rows hold several BOS")));
  packed.position_ids = {0, 1, 2, 0, 1, 2};
  EXPECT_THAT(Judge("tok-packing-crosstalk", Special(RunOf(TrainingRows({packed})), 0, false)),
              IsEmpty());
}

TEST(DecoderStart, FiresWhenAbsentOrUnlikeTraining) {
  Rows rows = TrainingRows({Encoded({1, 10, 2}, {20, 2})});
  rows.training.rows[0].decoder_input_ids = {2, 20};
  Evidence run = Special(RunOf(rows), 0, true);
  EXPECT_THAT(Says("tok-decoder-start-wrong", run), ElementsAre(HasSubstr("is not set")));
  run.documents.config["decoder_start_token_id"] = 1;
  EXPECT_THAT(Says("tok-decoder-start-wrong", run),
              ElementsAre(HasSubstr("feeds the decoder 2 first, generation 1")));
  run.documents.config["decoder_start_token_id"] = 2;
  EXPECT_THAT(Judge("tok-decoder-start-wrong", run), IsEmpty());
  EXPECT_THAT(Judge("tok-decoder-start-wrong", Special(Evidence{}, 0, false)), IsEmpty());
}

TEST(AddedTokens, FiresBeyondTheEmbeddingAndOnUntrainedOnes) {
  Evidence run = Special(RunOf(TrainingRows({Encoded({1, 99, 2}, {99, 2})})), 0, false);
  const auto added = [&run](const char* id) {
    run.documents.tokenizer_config = {
        {"added_tokens_decoder", {{id, {{"content", "<turn>"}, {"special", false}}}}}};
  };
  added("100");
  EXPECT_THAT(Says("tok-added-tokens-untrained", run),
              ElementsAre(HasSubstr("ids up to 100, the embedding has 100 rows")));
  added("99");
  EXPECT_THAT(Judge("tok-added-tokens-untrained", run), IsEmpty());
  run.documents.adapter_config = {{"target_modules", {"q_proj"}}, {"modules_to_save", nullptr}};
  EXPECT_THAT(Says("tok-added-tokens-untrained", run),
              ElementsAre(HasSubstr("1 of 1 added tokens stand in the encoded rows")));
  run.documents.adapter_config["modules_to_save"] = {"embed_tokens"};
  EXPECT_THAT(Judge("tok-added-tokens-untrained", run), IsEmpty());
}

}  // namespace
}  // namespace plumbline::audit
