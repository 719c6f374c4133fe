// Rules that read weights, adapters and a run's own records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "harness/audit/adapter_targets.h"
#include "harness/audit/weights.h"
#include "models/safetensors_header.h"
#include "tests/testing/temporary_directory.h"
#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Name(int layer, const char* side, const std::string& module = "q_proj") {
  return "base_model.model.model.layers." + std::to_string(layer) + ".self_attn." + module +
         ".lora_" + side + ".weight";
}

// A directory with a safetensors file of float32 tensors of two values.
class Saved {
 public:
  Saved& Add(const std::string& name, std::vector<float> values) {
    values_.push_back({name, std::move(values)});
    return *this;
  }
  Evidence Save(const std::string& file) {
    std::vector<models::TensorBytes> tensors;
    for (const auto& [name, values] : values_) {
      tensors.push_back({name, models::StoredType::kF32,
                         {1, static_cast<int64_t>(values.size())},
                         std::as_bytes(std::span(values))});
    }
    models::WriteSafetensors(directory_ / file, tensors, {});
    Evidence run;
    run.files.directory = directory_.path();
    return run;
  }
  const testing::TemporaryDirectory& directory() const { return directory_; }

 private:
  testing::TemporaryDirectory directory_;
  std::vector<std::pair<std::string, std::vector<float>>> values_;
};

Saved& Layer(Saved& saved, int layer, std::vector<float> b = {0.5f, -0.5f}) {
  return saved.Add(Name(layer, "A"), {1, 2}).Add(Name(layer, "B"), std::move(b));
}

Json AdapterConfig(std::vector<std::string> targets) {
  return {{"target_modules", targets}, {"r", 1}, {"layers_to_transform", nullptr}};
}

TEST(AdapterTargets, AllMatchedIsSilent) {
  Saved saved;
  Layer(Layer(saved, 0), 1);
  Evidence run = saved.Save("adapter_model.safetensors");
  run.documents.adapter_config = AdapterConfig({"q_proj"});
  run.documents.config = {{"num_hidden_layers", 2}};
  for (const char* rule : {"adp-targets-partial", "adp-not-applied", "ckp-empty-adapter"}) {
    EXPECT_THAT(Judge(rule, run), IsEmpty()) << rule;
  }
}

TEST(AdapterTargets, UnmatchedNamesAndLayersFire) {
  Saved saved;
  Layer(saved, 1);
  Evidence run = saved.Save("adapter_model.safetensors");
  run.documents.adapter_config = AdapterConfig({"q_proj", "c_attn"});
  run.documents.config = {{"num_hidden_layers", 3}};
  EXPECT_THAT(Says("adp-targets-partial", run),
              ElementsAre(HasSubstr("1 of 2 adapter targets match no module: c_attn; matched: "
                                    "q_proj 1"),
                          HasSubstr("2 of 3 layers of base_model.model.model carry no adapter "
                                    "(layers 0, 2)")));
  run.documents.adapter_config["layers_to_transform"] = {1};
  run.documents.adapter_config["target_modules"] = {"q_proj"};
  EXPECT_THAT(Judge("adp-targets-partial", run), IsEmpty());
}

// Beside an adapter a run of ours has no config.json, but a ledger.
TEST(AdapterTargets, LayersThatOurLedgerNamesFire) {
  Saved saved;
  Layer(saved, 1);
  Evidence run = saved.Save("adapter_model.safetensors");
  run.documents.adapter_config = AdapterConfig({"q_proj"});
  const auto names = [&](const Json& layers) {
    run.documents.ledger = {{"declared", {{"layers_without_adapter", layers}}}};
    return Says("adp-targets-partial", run);
  };
  EXPECT_THAT(names({"model.layers.0"}), ElementsAre("layers without adapter: model.layers.0"));
  EXPECT_THAT(names({"model.layers.0", "model.layers.2"}),
              ElementsAre("layers without adapter: model.layers.0, model.layers.2"));
  for (const Json& none : {Json::array(), Json(), Json("model.layers.0"), Json::array({1})}) {
    EXPECT_THAT(names(none), IsEmpty()) << none;
  }
  run.documents.ledger = {{"observed", {{"notes", {"layers without adapter: model.layers.0"}}}}};
  EXPECT_THAT(Judge("adp-targets-partial", run), IsEmpty());  // words for people
}

TEST(AdapterTargets, NothingMatchedIsABlocker) {
  Saved saved;
  Layer(saved, 0);
  Evidence run = saved.Save("adapter_model.safetensors");
  run.documents.adapter_config = AdapterConfig({"c_attn"});
  run.documents.config = {{"num_hidden_layers", 1}};
  const auto findings = Judge("adp-targets-partial", run);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kBlocker);
}

TEST(AdapterTargets, NamesInAnExpressionAreLookedFor) {
  Saved saved;
  Layer(Layer(saved, 0), 1);
  Evidence run = saved.Save("adapter_model.safetensors");
  run.documents.config = {{"num_hidden_layers", 2}};
  run.documents.adapter_config = {{"target_modules", R"(.*\.self_attn\.(q_porj|v_porj))"}, {"r", 1}};
  EXPECT_THAT(Says("adp-targets-partial", run),
              ElementsAre(HasSubstr("none of the 2 names in the expression of target_modules "
                                    "(q_porj, v_porj) stands")));
  EXPECT_LE(Judge("adp-targets-partial", run)[0].confidence, 0.4);
  for (const char* fine : {R"(.*\.self_attn\.(q)_proj)", R"(.*layers\.(0|1)\..*(q_proj))",
                           R"(.*(k_proj)?q_proj)", ".*q_proj", "all-linear", "(((", "(a",
                           R"((?!.*(lm_head|output|emb)).*)", R"((?<!(lm_head|emb)\.).*proj)",
                           R"(.*(?:self_attn|attention|attn|mlp|ffn|dense).*)",
                           R"(^(?!.*(vision)).*(?:attn|mlp).*(?:q_proj|c_attn)$)", R"(.*\(lm_head\))"}) {
    run.documents.adapter_config["target_modules"] = fine;
    EXPECT_THAT(Says("adp-targets-partial", run), IsEmpty()) << fine;
  }
}

TEST(AdapterTargets, AnExpressionOfHostileLengthNamesNothing) {
  const auto targets = [](size_t alternatives, const std::string& around) {
    std::string expression = around + "(";
    for (size_t i = 0; i < alternatives; ++i) expression += i == 0 ? "a" : "|a";
    return AdapterTargets({{"target_modules", expression + ")" + around}});
  };
  EXPECT_EQ(targets(2, "mlp_"), std::vector<std::string>{"mlp_amlp_"});
  EXPECT_THAT(targets(50'000, std::string(100'000, 'x')), IsEmpty());
}

TEST(AdapterZero, AZeroMatrixFires) {
  Saved saved;
  Layer(Layer(saved, 0), 1, {0, 0});
  EXPECT_THAT(Says("adp-not-applied", saved.Save("adapter_model.safetensors")),
              ElementsAre(HasSubstr("1 of 2 lora_B matrices are still zero")));
}

TEST(EmptyAdapter, NonFiniteAndEmptyAndTruncatedFire) {
  Saved nan;
  Layer(nan, 0, {std::numeric_limits<float>::quiet_NaN(), 1});
  EXPECT_THAT(Says("ckp-empty-adapter", nan.Save("adapter_model.safetensors")),
              ElementsAre(HasSubstr("1 of 4 adapter values (25 %) are NaN or infinite")));
  Saved empty;
  empty.Add(Name(0, "A"), {});
  EXPECT_THAT(Says("ckp-empty-adapter", empty.Save("adapter_model.safetensors")),
              ElementsAre(HasSubstr("1 adapter tensors are empty, first")));
  Saved cut;
  Layer(cut, 0);
  const Evidence run = cut.Save("adapter_model.safetensors");
  std::filesystem::resize_file(cut.directory() / "adapter_model.safetensors", 40);
  EXPECT_THAT(Says("ckp-empty-adapter", run), ElementsAre(HasSubstr("adapter file of 40 bytes")));
}

TEST(WeightRules, EachSaysWhatItNeeds) {
  for (const char* rule :
       {"adp-targets-partial", "adp-not-applied", "ckp-empty-adapter", "mdl-tied-weights-lost",
        "prc-half-precision-weights", "adp-merged-into-4bit", "ckp-resume-replays-data",
        "gen-cache-off", "msr-not-reproducible", "msr-padding-counted"}) {
    EXPECT_NE(Needs(rule, Evidence{}), "") << rule;
  }
}

Evidence Model(Saved& saved, bool tied) {
  Evidence run = saved.Save("model.safetensors");
  run.documents.config = {{"tie_word_embeddings", tied}, {"architectures", {"LlamaForCausalLM"}}};
  return run;
}

TEST(TiedWeights, EitherNameServesATiedModel) {
  Saved saved;
  saved.Add("model.embed_tokens.weight", {1, 2});
  EXPECT_THAT(Judge("mdl-tied-weights-lost", Model(saved, true)), IsEmpty());
  EXPECT_THAT(Says("mdl-tied-weights-lost", Model(saved, false)),
              ElementsAre(HasSubstr("the head is untied, and lm_head.weight is not among the 1")));
}

TEST(TiedWeights, LostAndEqualFire) {
  Saved lost;
  lost.Add("model.norm.weight", {1, 2});
  EXPECT_THAT(Says("mdl-tied-weights-lost", Model(lost, true)),
              ElementsAre(HasSubstr("the weights hold neither")));
  Saved equal;
  equal.Add("lm_head.weight", {1, 2}).Add("model.embed_tokens.weight", {1, 2});
  EXPECT_THAT(Says("mdl-tied-weights-lost", Model(equal, false)),
              ElementsAre(HasSubstr("lm_head.weight and model.embed_tokens.weight are equal")));
  Saved apart;
  apart.Add("lm_head.weight", {1, 3}).Add("model.embed_tokens.weight", {1, 2});
  EXPECT_THAT(Judge("mdl-tied-weights-lost", Model(apart, false)), IsEmpty());
}

Evidence Trained(const std::string& dtype, const std::string& rate) {
  Evidence run;
  run.documents.config = {{"dtype", dtype}, {"initializer_range", 0.02}};
  Set(run, "training.learning_rate", rate);
  run.log.push_back(PointOf({{"loss", "1.0"}}));
  return run;
}

TEST(HalfWeights, BfloatStepsBelowHalfAUnitFire) {
  // 0.02 * 2^-9 = 3.9e-5.
  EXPECT_THAT(Says("prc-half-precision-weights", Trained("bfloat16", "3.8e-5")),
              ElementsAre(HasSubstr("bfloat16 without a float32 copy")));
  EXPECT_THAT(Judge("prc-half-precision-weights", Trained("bfloat16", "4e-5")), IsEmpty());
  EXPECT_THAT(Judge("prc-half-precision-weights", Trained("float32", "1e-6")), IsEmpty());
  EXPECT_THAT(Says("prc-half-precision-weights", Trained("float16", "1e-3")),
              ElementsAre(HasSubstr("float16")));
}

TEST(HalfWeights, AFloat32AdapterOnAHalfBaseIsSilent) {
  Saved saved;
  Layer(saved, 0);
  Evidence run = saved.Save("adapter_model.safetensors");
  run.documents.config = {{"dtype", "bfloat16"}};
  run.log.push_back(PointOf({{"loss", "1.0"}}));
  Set(run, "training.learning_rate", "1e-6");
  EXPECT_THAT(Judge("prc-half-precision-weights", run), IsEmpty());
}

TEST(Merged, FiresOnlyWhenTheBaseIsFourBit) {
  Evidence run;
  Set(run, "other.merge_and_unload", "true");
  Set(run, "quantization.load_in_4bit", "true");
  EXPECT_THAT(Says("adp-merged-into-4bit", run),
              ElementsAre(HasSubstr("other.merge_and_unload is on and the base is 4-bit")));
  run.settings[1].text = "false";
  EXPECT_THAT(Judge("adp-merged-into-4bit", run), IsEmpty());
}

// Fields of another type than they should have are as good as absent.
TEST(Hostile, DocumentsOfWrongTypesCrashNoRule) {
  Evidence run = RunOf(TrainingRows({Encoded({1, 2}, {1, 2})}));
  run.documents.config = {{"quantization_config", {{"load_in_4bit", "yes"}}},
                          {"initializer_range", "small"},
                          {"dtype", "bfloat16"},
                          {"vocab_size", {1}},
                          {"architectures", 5},
                          {"tie_word_embeddings", "true"}};
  run.documents.adapter_config = {{"target_modules", {1, nullptr}}, {"modules_to_save", 7}};
  run.documents.tokenizer_config = {
      {"pad_token", {{"content", 5}}},
      {"eos_token", "<e>"},
      {"added_tokens_decoder", {{"7", {{"content", 5}, {"special", "no"}}}, {"x", 1}}}};
  run.log.push_back(PointOf({{"loss", "1.0"}}));
  Set(run, "training.learning_rate", "1e-6");
  for (const Rule& rule : Rules()) {
    if (rule.tier < 2) continue;
    EXPECT_NO_THROW(Judge(rule.id, run)) << rule.id;
  }
}

TEST(CacheOff, FiresOnARunThatGenerates) {
  Evidence run = RunOf(ScoredRows({Scored("a", "b")}));
  run.documents.config = {{"use_cache", false}};
  EXPECT_THAT(Says("gen-cache-off", run),
              ElementsAre(HasSubstr("config.json has use_cache false")));
  run.documents.generation_config = {{"use_cache", true}};
  EXPECT_THAT(Judge("gen-cache-off", run), IsEmpty());
}

Evidence Ordered(const std::string& name, const std::string& digest) {
  Evidence run;
  run.name = name;
  run.documents.ledger = {
      {"observed", {{"example_order_digest", digest}, {"data_digests", {{"train", "d"}}}}}};
  Set(run, "training.seed", "42");
  return run;
}

TEST(NotReproducible, EqualSeedsMustGiveOneOrder) {
  const Study study{"s",
                    {Ordered("one", "aaaa"), Ordered("two", "bbbb"), Ordered("three", "aaaa")}};
  EXPECT_THAT(Judge("msr-not-reproducible", study, 0), IsEmpty());
  EXPECT_THAT(Sentences(Judge("msr-not-reproducible", study, 1)),
              ElementsAre(HasSubstr("one has the same seed 42 and data, yet another order")));
  EXPECT_THAT(Sentences(Judge("msr-not-reproducible", study, 2)),
              ElementsAre(HasSubstr("two has the same seed")));
}

Evidence Padded(int padding) {
  Evidence run;
  run.documents.ledger = {{"observed",
                           {{"processed_tokens", 100 + padding},
                            {"padding_tokens", padding},
                            {"target_tokens", 40}}}};
  return run;
}

TEST(PaddingCounted, FiresByTheRatio) {
  EXPECT_THAT(Judge("msr-padding-counted", Padded(10)), IsEmpty());
  EXPECT_THAT(Says("msr-padding-counted", Padded(11)),
              ElementsAre(HasSubstr("111 tokens were counted, 100 of them are no padding")));
  EXPECT_EQ(Judge("msr-padding-counted", Padded(50))[0].severity, Severity::kMinor);
  EXPECT_EQ(Judge("msr-padding-counted", Padded(51))[0].severity, Severity::kMajor);
}

// Values from the definitions of binary16 and bfloat16.
TEST(Weights, HalfTypesReadTheirValues) {
  const auto read = [](const char* dtype, uint16_t bits) {
    Tensor tensor{"t", dtype, {1}, std::as_bytes(std::span(&bits, 1)), "f"};
    return Summarize(tensor);
  };
  EXPECT_DOUBLE_EQ(read("F16", 0x3C00).max_abs, 1.0);
  EXPECT_DOUBLE_EQ(read("F16", 0x7BFF).max_abs, 65504.0);
  EXPECT_DOUBLE_EQ(read("F16", 0x0001).max_abs, 1.0 / (1 << 24));
  EXPECT_DOUBLE_EQ(read("F16", 0x8400).max_abs, 1.0 / (1 << 14));
  EXPECT_EQ(read("F16", 0x7C00).num_non_finite, 1u);
  EXPECT_DOUBLE_EQ(read("BF16", 0xBFC0).max_abs, 1.5);
  EXPECT_EQ(read("BF16", 0x7FC0).num_non_finite, 1u);
  EXPECT_EQ(read("I64", 0x7FC0).num_values, 0u);
}

}  // namespace
}  // namespace plumbline::audit
