// Gates 8 to 20: what the rows must be together.
#include "tests/data/korean_gates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/data/korean/dataset_writer.h"
#include "harness/data/korean/generator.h"
#include "harness/data/korean/hangul.h"
#include "harness/eval/rouge.h"
#include "tests/data/shipped.h"

namespace plumbline::data::korean {
namespace {

TEST(Gate8, SplitsShareNoSummaryAndNoNearDuplicate) {
  const DataSet& data = Shipped();
  for (const Items* held_out : {&data.validation, &data.test}) {
    const Duplication found = MeasureDuplication(data.train, *held_out);
    EXPECT_EQ(found.equal_dialogues, 0);
    EXPECT_LE(found.equal_summaries, 0.02);
    EXPECT_EQ(found.shared_summaries, 0);
    EXPECT_LE(found.largest_skeleton, 0.005);
    EXPECT_LE(found.median_similarity, 0.45);
    EXPECT_LT(found.largest_similarity, 0.8);
    RecordProperty("thirteen_word_overlap_per_mille", static_cast<int>(1000 * found.long_overlap));
  }
  for (const double similarity : NearestSimilarities(data.validation, data.test))
    EXPECT_LT(similarity, 0.8);
}

// 13-word runs shared with train: at most 8 % of the items in the ci profile, with which the suites
// train. With all 12,457 rows it is about a fifth (README, "What falls short"); the bound keeps it
// from growing.
TEST(Gate8, LongRunsAreRare) {
  const DataSet& data = Shipped();
  const int64_t rows = NumRows(Split::kValidation, Profile::kCi);
  for (const Items* held_out : {&data.validation, &data.test}) {
    const Items prefix(held_out->begin(), held_out->begin() + rows);
    EXPECT_LE(MeasureDuplication(data.ci, prefix).long_overlap, 0.12);
    EXPECT_LE(MeasureDuplication(data.train, *held_out).long_overlap, 0.25);
  }
}

TEST(Gate8, FiresOnACopyInAnotherSplit) {
  const Items held_out(Shipped().validation.begin(), Shipped().validation.begin() + 3);
  const Duplication found = MeasureDuplication(held_out, held_out);
  EXPECT_EQ(found.equal_dialogues, 0.5);
  EXPECT_EQ(found.shared_summaries, 3);
  EXPECT_EQ(found.largest_similarity, 1.0);
  Items repeated = held_out;
  repeated.push_back(held_out[0]);
  EXPECT_EQ(MeasureDuplication(repeated, {}).equal_summaries, 0.25);
  EXPECT_GT(MeasureDuplication(repeated, {}).largest_skeleton, 0.005);
}

TEST(Similarity, SharedPartCountsOnceOverBoth) {
  // Shingles of five: "가나다라마", "나다라마바" against "가나다라마": one of two.
  EXPECT_DOUBLE_EQ(Similarity("가나다라마바", "가나다라마"), 0.5);
  EXPECT_DOUBLE_EQ(Similarity("가나다라마", "가나다라마"), 1.0);
  EXPECT_DOUBLE_EQ(Similarity("가나다라마", "바사아자차"), 0.0);
}

TEST(Gate10, ValuesAndNamesAreBalanced) {
  const Vocabulary vocabulary = MeasureVocabulary(Shipped().train);
  EXPECT_GE(vocabulary.syllables, 850);
  EXPECT_LE(vocabulary.syllables, 1100);
  EXPECT_GE(vocabulary.words, 14'000);
  EXPECT_LE(vocabulary.words, 20'000);
  EXPECT_GT(vocabulary.smallest_p, 0.001) << vocabulary.smallest_slot;
  EXPECT_LE(vocabulary.largest_share, 0.30) << vocabulary.largest_slot;
  EXPECT_NEAR(vocabulary.vowel_names, 0.50, 0.03);
  EXPECT_NEAR(vocabulary.consonant_names, 0.40, 0.03);
  EXPECT_NEAR(vocabulary.rieul_names, 0.10, 0.03);
}

TEST(Gate10, FiresOnAValueThatIsDrawnTooOften) {
  Items skewed(Shipped().ci.begin(), Shipped().ci.begin() + 400);
  for (Item& item : skewed) {
    if (item.topic_id == "T02") item.slots["자리"] = "룸";
  }
  const Vocabulary vocabulary = MeasureVocabulary(skewed);
  EXPECT_EQ(vocabulary.largest_slot, "T02 자리");
  EXPECT_EQ(vocabulary.largest_share, 1.0);
  EXPECT_LT(vocabulary.smallest_p, 0.001);
}

TEST(Gate11, EveryBlockOfTwoHundredHasItsQuotas) {
  const Items& train = Shipped().ci;
  for (size_t begin = 0; begin + 200 <= train.size(); begin += 200) {
    int corrected = 0, named = 0, two = 0;
    for (size_t i = begin; i < begin + 200; ++i) {
      corrected += train[i].num_corrections > 0 ? 1 : 0;
      named += train[i].named.empty() ? 0 : 1;
      two += train[i].num_persons == 2 ? 1 : 0;
    }
    EXPECT_GE(corrected, 69) << begin;  // 70, one may be given up by a frame that cannot meet it
    EXPECT_LE(corrected, 70) << begin;
    EXPECT_EQ(named, 24) << begin;
    EXPECT_NEAR(two, 180, 1) << begin;
  }
}

// Not seven persons: see "What falls short" in the package's README.
TEST(Gate11, EverySplitHasAllMasksAndTwoToSixPersons) {
  for (const Items* split : AllSplits()) {
    for (const char* mask : {"PhoneNumber", "Address", "Email", "CardNumber", "DateOfBirth", "SSN",
                             "PassportNumber", "CarNumber"}) {
      const std::string token = "#" + std::string(mask) + "#";
      EXPECT_TRUE(std::any_of(split->begin(), split->end(), [&token](const Item& item) {
        return item.dialogue.find(token) != std::string::npos;
      })) << mask;
    }
    for (int persons = 2; persons <= 6; ++persons) {
      EXPECT_TRUE(std::any_of(split->begin(), split->end(), [persons](const Item& item) {
        return item.num_persons == persons;
      })) << persons;
    }
  }
}

TEST(Gate11, BothShapesOfEachParticleOccur) {
  const ParticleBalance balance = MeasureParticleBalance(Shipped().train);
  for (const double share : {balance.neun, balance.ga, balance.reul}) {
    EXPECT_GE(share, 0.35);
    EXPECT_LE(share, 0.65);
  }
  Item one_sided = GoodItem();
  one_sided.summary = "#Person2#는 표를 산다.";
  EXPECT_EQ(MeasureParticleBalance({one_sided}).neun, 1.0);
}

TEST(Gate12, LengthsAreThoseOfTheTable) {
  for (const Items* items : {&Shipped().train, &Shipped().ci}) {
    const Lengths lengths = MeasureLengths(*items);
    EXPECT_GE(lengths.turns, 9.0);
    EXPECT_LE(lengths.turns, 10.2);
    EXPECT_GE(lengths.characters, 380);
    EXPECT_LE(lengths.characters, 430);
    EXPECT_GE(lengths.words, 72);
    EXPECT_LE(lengths.words, 90);
    EXPECT_GE(lengths.summary_characters, 75);
    EXPECT_LE(lengths.summary_characters, 90);
    EXPECT_GE(lengths.compression, 0.18);
    EXPECT_LE(lengths.compression, 0.23);
    EXPECT_GE(lengths.correlation, 0.55);
    EXPECT_LE(lengths.correlation, 0.80);
    EXPECT_LE(lengths.verbatim_words, 0.40);
    EXPECT_GE(lengths.found_stems, 0.55);
    EXPECT_LE(lengths.found_stems, 0.72);
    const std::vector<double> wanted = {0.45, 0.42, 0.11, 0.02};
    for (size_t s = 0; s < wanted.size(); ++s) EXPECT_NEAR(lengths.sentences[s], wanted[s], 0.04);
    EXPECT_GE(lengths.corrected, 0.30);
    EXPECT_GE(lengths.contested, 0.55);
    EXPECT_GE(lengths.distracted, 0.60);
  }
}

TEST(Gate12, MeasuresWhatItSays) {
  const Lengths lengths = MeasureLengths({GoodItem(), GoodItem()});
  EXPECT_EQ(lengths.turns, 3);
  EXPECT_EQ(lengths.corrected, 0);
  EXPECT_EQ(lengths.contested, 1);
  // Of "#Person1#은", "오후", "6시에", "자리를", "예약한다." the dialogue has "오후" and "6시에".
  EXPECT_DOUBLE_EQ(lengths.verbatim_words, 0.4);
}

double MeanRouge1(const std::string& tokenizer, const Items& items,
                  std::string (*hypothesis)(const Item&)) {
  eval::RougeOptions options;
  options.tokenizer = tokenizer;
  eval::RougeScorer scorer(options);
  double sum = 0;
  for (const Item& item : items) {
    std::string untagged;
    bool inside = false;
    for (const char c : item.summary) {
      inside = c == '#' ? !inside : inside;
      if (!inside && c != '#') untagged += c;
    }
    sum += scorer.Score(hypothesis(item), std::vector<std::string>{untagged})[eval::kRouge1].f1;
  }
  return 100 * sum / static_cast<double>(items.size());
}

TEST(Gate13, TheFirstTurnsDoNotTellTheStory) {
  EXPECT_LE(FactPositions(Shipped().train)[0], 0.14);
  const Items& items = Shipped().validation;
  EXPECT_LE(MeanRouge1("particle", items, [](const Item& item) { return LeadOf(item, 1); }), 14);
  EXPECT_LE(MeanRouge1("particle", items, [](const Item& item) { return LeadOf(item, 3); }), 24);
  EXPECT_LE(MeanRouge1("particle", items, LastOf), 10);
  EXPECT_LE(MeanRouge1("unicode", items, [](const Item& item) { return LeadOf(item, 3); }), 24);
  EXPECT_LE(MeanRouge1("particle", items,
                       [](const Item&) {
                         return std::string("은 에게 예약을 하고 은 시간과 자리를 정하기로 한다.");
                       }),
            25);
}

TEST(Gate13, FiresWhenTheOpeningTellsEverything) {
  Item bad = GoodItem();
  bad.turns[0] = "오후 6시에 자리를 예약한다.";
  bad.facts[0].turn = 0;
  EXPECT_EQ(FactPositions({bad})[0], 1.0);
  EXPECT_GT(MeanRouge1("particle", {bad}, [](const Item& item) { return LeadOf(item, 1); }), 14);
}

TEST(Gate14, NeitherTheFirstNorTheLastValueIsTheRightOne) {
  const Heuristics contested = MeasureHeuristics(Shipped().train, true);
  EXPECT_LE(contested.first, 0.65);
  EXPECT_LE(contested.last, 0.65);
  const Heuristics all = MeasureHeuristics(Shipped().train, false);
  EXPECT_LE(all.most_frequent, 0.30);
  EXPECT_GE(all.near_cue, 0.70);
  EXPECT_LE(all.near_cue, 0.90);
}

TEST(Gate14, FiresWhenTheFinalValueAlwaysComesFirst) {
  Item bad = GoodItem();
  bad.facts[0].said = {{"시각", ' ', "오후 6시", "6시", 2}, {"시각", 'z', "오후 7시", "7시", 2}};
  EXPECT_EQ(MeasureHeuristics({bad}, true).first, 1.0);
  EXPECT_EQ(MeasureHeuristics({bad}, true).last, 0.0);
}

TEST(Gate15, EitherRoleMayBeTheFirstPerson) {
  EXPECT_LE(LargestRoleImbalance(Shipped().train), 0.15);
  Item item = GoodItem();
  EXPECT_DOUBLE_EQ(LargestRoleImbalance({item}), 0.5);
}

TEST(Gate18, AnItemIsTheSameAloneAndInItsSplit) {
  const GeneratorOptions options;
  for (const int64_t index : {0, 7, 199, 200, 498}) {
    const Item alone = Generate(options, Split::kValidation, index);
    EXPECT_EQ(alone.ToMeta(), Shipped().validation[static_cast<size_t>(index)].ToMeta());
    EXPECT_EQ(alone.ToRecord(true),
              Shipped().validation[static_cast<size_t>(index)].ToRecord(true));
  }
}

TEST(Gate18, AnotherSeedGivesOtherItems) {
  GeneratorOptions other;
  other.seed += 1;
  EXPECT_NE(Generate(other, Split::kTest, 0).dialogue, Shipped().test[0].dialogue);
}

TEST(Gate18, PretrainingTakesNoCombinationOfTheHeldOutSplits) {
  const Items pretrain = GenerateSplit(GeneratorOptions(), Split::kPretrain, 1000);
  const DataSet& data = Shipped();
  for (const Items* held_out : {&data.validation, &data.test}) {
    const Duplication found = MeasureDuplication(pretrain, *held_out);
    EXPECT_EQ(found.equal_dialogues, 0);
    EXPECT_EQ(found.shared_summaries, 0);
    EXPECT_LT(found.largest_similarity, 0.8);
  }
}

TEST(Gate19, TheDecomposedSliceComposesToTheValidationSplit) {
  for (const DataFile& file : SliceFiles(GeneratorOptions())) {
    if (file.name != "validation_nfd.jsonl") continue;
    EXPECT_NE(file.bytes, JsonLines(Shipped().validation, false));
    EXPECT_EQ(ComposeHangul(file.bytes), JsonLines(Shipped().validation, false));
  }
}

TEST(Gate20, RougeSeesHangulAndParticles) {
  eval::RougeOptions options;
  options.tokenizer = "particle";
  eval::RougeScorer particle(options);
  const std::vector<std::string> reference = {"#Person1#은 자리를 예약한다."};
  EXPECT_DOUBLE_EQ(particle.Score(reference[0], reference)[eval::kRouge1].f1, 1.0);
  EXPECT_LT(particle.Score("#Person1#이 자리를 예약한다.", reference)[eval::kRouge1].f1, 1.0);
  EXPECT_DOUBLE_EQ(particle.Score("", reference)[eval::kRouge1].f1, 0.0);
  // A tokenizer that drops Hangul calls different summaries equal: it must be told from one that
  // does not.
  eval::RougeScorer ascii{eval::RougeOptions()};
  EXPECT_DOUBLE_EQ(ascii.Score("#Person1#은 표를 산다.", reference)[eval::kRouge1].f1, 1.0);
  EXPECT_LT(particle.Score("#Person1#은 표를 산다.", reference)[eval::kRouge1].f1, 1.0);
}

}  // namespace
}  // namespace plumbline::data::korean
