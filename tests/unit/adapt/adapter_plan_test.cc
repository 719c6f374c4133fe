// Which modules an adapter's settings name: PEFT's rules, and what PEFT would pass over in silence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/adapt/adapter_plan.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::models {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two layers of a Llama with a head of its own.
ModuleNames TwoLayers() {
  ModuleNames names;
  names.model_type = "llama";
  names.parameters = {"model.embed_tokens.weight"};
  for (const char* layer : {"model.layers.0.", "model.layers.1."}) {
    for (const char* map : {"self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"}) {
      names.linears.push_back(std::string(layer) + map);
      names.parameters.push_back(names.linears.back() + ".weight");
    }
    names.parameters.push_back(std::string(layer) + "input_layernorm.weight");
  }
  names.parameters.insert(names.parameters.end(), {"model.norm.weight", "lm_head.weight"});
  return names;
}

std::vector<std::string> Targets(const AdapterPlan& plan) {
  std::vector<std::string> names;
  for (const AdaptedModule& module : plan.modules) names.push_back(module.name);
  return names;
}

AdapterPlan PlanOf(const Json& target_modules) {
  LoraConfig config;
  config.target_modules = target_modules;
  return PlanAdapter(config, TwoLayers());
}

TEST(AdapterPlan, DefaultTargetsAreThoseOfTheFamily) {
  EXPECT_THAT(Targets(PlanOf(nullptr)),
              ElementsAre("model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj",
                          "model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"));
  ModuleNames t5{"mt5", {"encoder.block.0.layer.0.SelfAttention.q"}, {}};
  t5.parameters = {t5.linears[0] + ".weight"};
  // `v` of the default is missing here, and that is said.
  EXPECT_ERROR(PlanAdapter({}, t5), ErrorKind::kUsage, "'v'");
}

TEST(AdapterPlan, AnEntryIsAWholeNameOrItsLastParts) {
  EXPECT_THAT(Targets(PlanOf(Json::array({"mlp.down_proj"}))),
              ElementsAre("model.layers.0.mlp.down_proj", "model.layers.1.mlp.down_proj"));
  EXPECT_ERROR(PlanOf(Json::array({"own_proj"})), ErrorKind::kUsage, "matches no module");
}

TEST(AdapterPlan, AStringIsAPatternForTheWholeName) {
  EXPECT_THAT(Targets(PlanOf(R"(.*\.1\..*(q|down)_proj)")),
              ElementsAre("model.layers.1.self_attn.q_proj", "model.layers.1.mlp.down_proj"));
  EXPECT_ERROR(PlanOf("q_proj"), ErrorKind::kUsage, "matches no module");
  EXPECT_ERROR(PlanOf("(q_proj"), ErrorKind::kUsage, "a regular expression");
}

TEST(AdapterPlan, AllLinearLeavesTheOutputProjectionOut) {
  const AdapterPlan plan = PlanOf("All-Linear");
  EXPECT_EQ(plan.modules.size(), 6u);
  EXPECT_EQ(plan.target_modules.size(), 6u);
}

TEST(AdapterPlan, EveryEntryOfAListMustMatch) {
  EXPECT_ERROR(PlanOf(Json::array({"q_proj", "v_porj"})), ErrorKind::kUsage, "try 'v_proj'");
}

TEST(AdapterPlan, EmbeddingsNormsAndTheHeadAreRefusedByName) {
  for (const char* name : {"embed_tokens", "lm_head", "input_layernorm"}) {
    EXPECT_ERROR(PlanOf(Json::array({name})), ErrorKind::kUsage, name);
    EXPECT_ERROR(PlanOf(std::string(".*") + name), ErrorKind::kUsage, name);
  }
}

TEST(AdapterPlan, LayersLeftWithoutAdapterAreNoted) {
  const AdapterPlan plan = PlanOf(R"(.*\.1\..*)" "q_proj");
  EXPECT_THAT(plan.layers_without_adapter, ElementsAre("model.layers.0"));
  EXPECT_THAT(PlanOf(nullptr).layers_without_adapter, IsEmpty());
  EXPECT_THAT(NotesOn({"model.layers.0", "model.layers.2"}),
              ElementsAre("layers without adapter: model.layers.0, model.layers.2"));
  EXPECT_THAT(NotesOn({}), IsEmpty());
}

TEST(AdapterPlan, ModulesTrainedWholeGetNoAdapter) {
  LoraConfig config;
  config.target_modules = "all-linear";
  config.modules_to_save = {"down_proj", "lm_head"};
  const AdapterPlan plan = PlanAdapter(config, TwoLayers());
  EXPECT_EQ(plan.modules.size(), 4u);
  EXPECT_THAT(plan.saved, ElementsAre("model.layers.0.mlp.down_proj.weight",
                                      "model.layers.1.mlp.down_proj.weight", "lm_head.weight"));
  config.modules_to_save = {"layernrom"};
  EXPECT_ERROR(PlanAdapter(config, TwoLayers()), ErrorKind::kUsage, "lora.modules_to_save");
}

TEST(AdapterPlan, ATiedEmbeddingCannotBeTrainedWhole) {
  LoraConfig config;
  config.modules_to_save = {"embed_tokens"};
  EXPECT_THAT(PlanAdapter(config, TwoLayers()).saved, ElementsAre("model.embed_tokens.weight"));
  ModuleNames tied = TwoLayers();
  tied.parameters.pop_back();
  EXPECT_ERROR(PlanAdapter(config, tied), ErrorKind::kUsage, "a tied embedding");
}

TEST(AdapterPlan, RanksAndScalesFollowTheirPatterns) {
  LoraConfig config;
  config.r = 4;
  config.alpha = 6;
  config.target_modules = Json::array({"q_proj", "down_proj"});
  config.rank_pattern = {{"down_proj", 16}};
  config.alpha_pattern = {{R"(layers\.1\..*)", 12}};
  const AdapterPlan plan = PlanAdapter(config, TwoLayers());
  ASSERT_EQ(plan.modules.size(), 4u);
  EXPECT_EQ(plan.modules[0].rank, 4);
  EXPECT_DOUBLE_EQ(plan.modules[0].scale, 6.0 / 4);
  EXPECT_EQ(plan.modules[1].rank, 16);
  EXPECT_DOUBLE_EQ(plan.modules[1].scale, 6.0 / 16);
  EXPECT_DOUBLE_EQ(plan.modules[2].scale, 12.0 / 4);
  config.use_rslora = true;
  EXPECT_DOUBLE_EQ(PlanAdapter(config, TwoLayers()).modules[1].scale, 6.0 / 4);  // sqrt(16)
}

TEST(AdapterPlan, APatternThatMatchesNothingOrTwiceIsAnError) {
  LoraConfig config;
  config.rank_pattern = {{"down_proj", 16}};  // no target
  EXPECT_ERROR(PlanAdapter(config, TwoLayers()), ErrorKind::kUsage, "lora.rank_pattern");
  config.rank_pattern = {{"q_proj", 16}, {R"(self_attn\.q_proj)", 8}};
  EXPECT_ERROR(PlanAdapter(config, TwoLayers()), ErrorKind::kUsage, "two patterns");
  config.rank_pattern = {};
  config.alpha_pattern = {{"w_proj", 2}};
  EXPECT_ERROR(PlanAdapter(config, TwoLayers()), ErrorKind::kUsage, "lora.alpha_pattern");
}

TEST(LoraConfig, PeftsFileComesBack) {
  LoraConfig config;
  config.r = 3;
  config.alpha = 5;
  config.dropout = 0.25;
  config.use_rslora = true;
  config.target_modules = Json::array({"q_proj"});
  config.modules_to_save = {"lm_head"};
  config.rank_pattern = {{"a", 2}};
  config.alpha_pattern = {{"b", 1.5}};
  const Json json = ToPeft(config, false, "base");
  EXPECT_EQ(json.at("task_type"), "CAUSAL_LM");
  EXPECT_EQ(json.at("lora_alpha"), 5);
  EXPECT_EQ(ToPeft(LoraConfigFromPeft(json, "here"), false, "base"), json);
}

TEST(LoraConfig, WhatIsNotBuiltIsRefusedByName) {
  const Json plain = ToPeft({}, true, "");
  for (const auto& [name, value] : std::vector<std::pair<std::string, Json>>{
           {"use_dora", true},
           {"bias", "all"},
           {"peft_type", "IA3"},
           {"layers_to_transform", Json::array({1})},
           {"exclude_modules", Json::array({"q"})},
           {"lora_bias", true},
           {"invented_by_a_later_peft", 1}}) {
    Json json = plain;
    json[name] = value;
    EXPECT_ERROR(LoraConfigFromPeft(json, "here"), ErrorKind::kModel, name);
  }
  Json wrong = plain;
  wrong["r"] = "eight";
  EXPECT_ERROR(LoraConfigFromPeft(wrong, "here"), ErrorKind::kModel, "r = \"eight\"");
}

}  // namespace
}  // namespace plumbline::models
