// --lang ko: sentences, formulas and tables are Korean, except names of keys, files, rules and tools.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "harness/audit/korean_particles.h"
#include "harness/audit/output.h"
#include "harness/audit/read.h"
#include "tests/unit/audit/tier1_cases.h"
#include "tests/unit/audit/trace_fixture.h"

namespace plumbline::audit {
namespace {

// Keys, fields, functions, libraries, models and acronyms that Korean readers use as they are.
const std::set<std::string>& Allowed() {
  static const std::set<std::string> kWords = {
      // acronyms and names
      "ASCII", "BOS", "EOS", "NFC", "NFD", "NaN", "ROUGE", "RL", "LoRA", "QLoRA", "UTF", "BPE", "LCS",
      "Adam", "CV", "GA", "GPU", "Jaccard", "MinHash", "JSON", "HTML", "DialogSum", "DeepSpeed",
      "KoBART", "XL", "Sum", "XLSum", "Llama", "Qwen", "BART", "mT", "Korean", "Trainer", "HuggingFace",
      "PEFT", "peft", "accelerate", "transformers", "bitsandbytes", "plumbline", "kobart", "qwen",
      "llama", "basalt", "teacher", "forcing", "autocast", "collator", "ledger",
      // keys, fields and values of files
      "rougeL", "rougeLsum", "alpha", "bf", "fp", "dialogue", "dtype", "epoch", "eos", "false", "fname", "fold", "generate",
      "id", "ids", "labels", "lora", "loss", "output", "pad", "packing", "patience", "prediction",
      "predictions", "prompt", "references", "runtime", "seed", "step", "steps", "true", "False",
      "True", "validation", "train", "test", "vocab", "max", "auto", "none", "null", "unk", "bos",
      "linear", "file", "state", "best", "last", "ascii", "unicode", "syllable", "particle", "usr",
      "world", "base", "config", "checkpoint", "tokenizer", "sentinel", "merge", "head", "embedding",
      "logits", "cache", "adapter", "sum", "in", "out", "greedy", "beam", "mask", "attention",
      // mathematics
      "argmax", "argmin", "ceil", "exp", "floor", "ln", "log", "min", "mod", "sqrt"};
  return kWords;
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Latin words that stand alone: not parts of names such as eval_loss, config.json or gen-cache-off.
std::vector<std::string> LatinWords(const std::string& text) {
  const std::string kOfNames = "_./=(-[]`#<>";
  std::vector<std::string> words;
  bool quoted = false;  // `command --flag`
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '`') quoted = !quoted;
    if (!IsLetter(text[at]) || quoted) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && (IsLetter(text[end]) || (text[end] >= '0' && text[end] <= '9'))) ++end;
    const bool before = at > 0 && (kOfNames.find(text[at - 1]) != std::string::npos ||
                                   (text[at - 1] >= '0' && text[at - 1] <= '9'));
    const bool after = end < text.size() && kOfNames.find(text[end]) != std::string::npos;
    const std::string word = text.substr(at, end - at);
    const bool digits = word.find_first_of("0123456789") != std::string::npos;
    if (!before && !after && !digits && word.size() > 1) words.push_back(word);
    at = end;
  }
  return words;
}

std::string StrangersIn(const std::string& text) {
  std::string strangers;
  for (const std::string& word : LatinWords(text)) {
    if (!Allowed().contains(word)) strangers += word + " ";
  }
  return strangers.empty() ? "" : strangers + "in: " + text + "\n";
}

// A particle right behind an operand fits some of its values only: it is left open.
std::string FixedParticleIn(std::string_view text) {
  constexpr std::string_view kParticles[] = {"은", "는", "이", "가", "을", "를", "와", "과", "로", "으로", "라", "며"};
  for (size_t at = text.find('}'); at != std::string_view::npos; at = text.find('}', at + 1)) {
    for (const std::string_view particle : kParticles) {
      const std::string_view rest = text.substr(at + 1);
      if (!rest.starts_with(particle)) continue;
      const std::string_view behind = rest.substr(particle.size());
      if (behind.empty() || behind[0] == ' ' || behind[0] == ',') return "fixed particle: " + std::string(text);
    }
  }
  return "";
}

std::string StrangersIn(const Finding& finding) {
  std::string found;
  for (const Text* text : {&finding.statement, &finding.settle, &finding.action}) {
    found += FixedParticleIn(text->ko);
    found += StrangersIn(Render(*text, finding.operands, Language::kKorean));
  }
  found += StrangersIn(FormulaText(finding, Language::kKorean));
  return found.empty() ? "" : finding.rule + ": " + found;
}

void ExpectKorean(const std::vector<RunAudit>& audits) {
  for (const RunAudit& audit : audits) {
    for (const Finding& finding : audit.findings) EXPECT_EQ(StrangersIn(finding), "");
    for (const ComparedRow& row : audit.comparison) {
      EXPECT_EQ(StrangersIn(Render(row.title, {}, Language::kKorean)), "");
      for (const ComparedCell& cell : row.observed) EXPECT_EQ(StrangersIn(cell.text.korean), "");
    }
  }
}

TEST(Korean, FindingsOfTheReportsFigures) {
  for (const char* name : {"three_models_printed.json", "three_models_reconstructed.json",
                           "mt5_printed.json"}) {
    ExpectKorean(AuditStudy(ReadStudy(std::string("tests/unit/audit/data/") + name, {})));
  }
}

TEST(Korean, FindingsOfEveryRunOfTrainer) {
  size_t runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/golden/trainer_runs")) {
    if (!entry.is_directory()) continue;
    ExpectKorean(AuditStudy(ReadStudy(entry.path(), {})));
    ++runs;
  }
  EXPECT_EQ(runs, 32u);
}

TEST(Korean, FindingsOfEveryCaseThatFires) {
  for (const auto& family : {SettingCases(), CourseCases(), ResultCases()}) {
    for (const Case& one : family) {
      Evidence run = MakeTrace({});
      one.fire(run);
      ExpectKorean(AuditStudy({"study", {run}}));
    }
  }
}

TEST(Korean, EveryRuleHasAKoreanTitleAndExplanation) {
  for (const Rule& rule : Rules()) {
    EXPECT_EQ(StrangersIn(Render(rule.title, {}, Language::kKorean)), "") << rule.id;
    const std::string explanation = Render(rule.explanation, {}, Language::kKorean);
    EXPECT_NE(explanation, Render(rule.explanation, {}, Language::kEnglish)) << rule.id;
    EXPECT_GT(explanation.size(), 30u) << rule.id;
  }
}

TEST(Korean, WordsAreReplacedAndNamesAreLeftAlone) {
  EXPECT_EQ(KoreanWords("250 steps per epoch"), "250 스텝/에폭");
  EXPECT_EQ(KoreanWords("eval_steps of step.py and warmup-steps"),
            "eval_steps 의 step.py 그리고 warmup-steps");
  EXPECT_EQ(KoreanWords("log_history[3].step, 2 epochs."), "log_history[3].step, 2 에폭.");
  EXPECT_EQ(KoreanWords(""), "");
}

TEST(Korean, ParticlesFollowTheWordBefore) {
  for (const auto& [open, closed] : std::initializer_list<std::pair<const char*, const char*>>{
           {"500을(를)", "500을"},           {"5.2은(는)", "5.2는"},
           {"2e-05은(는)", "2e-05는"},       {"1와(과) 2와(과)", "1과 2와"},
           {"8(으)로", "8로"},               {"10(으)로", "10으로"},
           {"kobart이(가)", "kobart가"},     {"llama 3.2-3b와(과)", "llama 3.2-3b와"},
           {"q_proj,down을(를)", "q_proj,down을"}, {"73.7 %은(는)", "73.7 %는"},
           {"배치 (10)이(가)", "배치 (10)이"}, {"\"평균\"은(는)", "\"평균\"은"},
           {"기울(으)로", "기울로"},         {"은(는)", "은(는)"},
           {"4(으)로", "4로"},               {"3(으)로", "3으로"},
           {"1,000,000,000(이)며", "1,000,000,000이며"}, {"1000000000000은(는)", "1000000000000는"},
           {"1,000,000,000,000와(과)", "1,000,000,000,000와"}, {"0.000000000000와(과)", "0.000000000000과"},
           {"00000000000000이(가)", "00000000000000이"}, {"10000000000000000을(를)", "10000000000000000을"},
           {"\xEA\xB0을(를)", "\xEA\xB0을(를)"},   {"é은(는)", "é은(는)"},
           {"\xF0\x9F\x98\x80을(를)", "\xF0\x9F\x98\x80을(를)"}}) {
    EXPECT_EQ(WithParticles(open), closed);
  }
}

TEST(Korean, WhatTheUserWroteStays) {
  constexpr Text kText = {"{id} against {name}", "{id}은(는) {name}와(과) 다름"};
  const auto says = [&](const std::string& id, const std::string& name, Language language) {
    Finding finding;
    finding.With("id", id).Words("name", name);
    return Render(kText, finding.operands, language);
  };
  EXPECT_EQ(says("5을(를) of step", "2 steps", Language::kKorean), "5을(를) of step은 2 스텝과 다름");
  EXPECT_EQ(says("나이(가)", "3이(가)", Language::kKorean), "나이(가)는 3이(가)와 다름");
  EXPECT_EQ(says("을(를)", "(으)로", Language::kEnglish), "을(를) against (으)로");
}

std::string KoreanOf(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : Said(findings)) {
    text += Render(finding.statement, finding.operands, Language::kKorean) + " | " +
            FormulaText(finding, Language::kKorean) + "\n";
  }
  return text;
}

TEST(Korean, ValuesOfTheUserAreNoWordsOfOurs) {
  Evidence shadowed;
  Set(shadowed, "training.eval_strategy", "steps", Layer::kCommandLine);
  Set(shadowed, "training.eval_strategy", "epoch");
  EXPECT_EQ(KoreanOf(Judge("cfg-cli-shadowed-by-file", shadowed)),
            "training.eval_strategy: 명령행은 steps, 파일은 ?, 확정된 값은 epoch: 파일이 조용히 이김 | steps != epoch\n");
  Evidence token;
  token.documents.generation_config = {{"forced_eos_token_id", 2}};
  token.documents.config = {{"eos_token_id", 1}};
  token.documents.tokenizer_config = {{"added_tokens_decoder", {{"2", {{"content", "and"}}}}}};
  const std::string piece = KoreanOf(Judge("gen-forced-eos-not-eos", token));
  EXPECT_NE(piece.find("2(`and`)"), std::string::npos) << piece;
  Evidence packed;
  Set(packed, "other.packing", "true");
  Set(packed, "other.attn_implementation", "default");
  EXPECT_NE(KoreanOf(Judge("tok-packing-crosstalk", packed)).find("커널 default\n"), std::string::npos);
}

TEST(Korean, PhrasesOfOursAreKorean) {
  Evidence run = MakeTrace({});
  run.evaluations[1].values["eval_loss"] = ReadingOf("1.9", "l");  // the loss is best first, the score last
  EXPECT_NE(KoreanOf(Judge("ckp-best-not-served", run)).find("손실은 스텝 250에서 최선"), std::string::npos);
  Evidence noise = MakeTrace({});
  noise.evaluations[1].values["eval_rouge1"] = ReadingOf("0.4314", "r");
  EXPECT_NE(KoreanOf(Judge("met-delta-within-noise", noise)).find("에폭 1.0과 에폭 2.0 사이"), std::string::npos);
  Evidence clipped = MakeTrace({});
  for (Point& point : clipped.log) point.values["grad_norm"] = ReadingOf("8", "g");
  EXPECT_NE(KoreanOf(Judge("opt-clip-saturated", clipped)).find("max_grad_norm 1 (기본값) 초과"), std::string::npos);
  Evidence packed;
  Set(packed, "other.packing", "true");
  EXPECT_NE(KoreanOf(Judge("tok-packing-crosstalk", packed)).find("커널 (기본값)\n"), std::string::npos);
}

TEST(Korean, FunctionsOfAFormulaStay) {
  EXPECT_EQ(KoreanWords("min(1, 2) and 6 h 7 min"), "min(1, 2) 그리고 6 시간 7 분");
}

TEST(Korean, AnEnglishWordWouldBeSeen) {
  EXPECT_NE(FixedParticleIn("손실이 {last}로 커짐"), "");
  EXPECT_EQ(FixedParticleIn("{last}(으)로, {n}이면 {share}로부터"), "");
  EXPECT_NE(StrangersIn("주장된 the batch"), "");
  EXPECT_EQ(StrangersIn("주장된 eval_loss 2.5e-05 `plumbline audit DIR`"), "");
}

}  // namespace
}  // namespace plumbline::audit
