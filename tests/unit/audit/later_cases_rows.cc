#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tests/unit/audit/later_cases.h"
#include "tests/unit/audit/rows_fixture.h"

namespace plumbline::audit {
namespace {

void Give(Evidence& run, Rows rows) { run.rows = std::make_shared<Rows>(std::move(rows)); }

std::vector<ScoredRow> Own(size_t n, const std::string& source = "", const std::string& prompt = "") {
  std::vector<ScoredRow> rows;
  for (size_t i = 0; i < n; ++i) {
    const std::string number = std::to_string(i);
    rows.push_back(Scored("answer " + number + " of its own", "reference " + number + " as written",
                          source.empty() ? "" : source + number, prompt));
  }
  return rows;
}

// <1> 10 11 12 | 20 21 <2>, loss on what follows the bar, one pad behind.
EncodedRow Causal(int64_t pad = 0, int64_t end_label = 2) {
  return Encoded({1, 10, 11, 12, 20, 21, 2, pad}, {-100, -100, -100, -100, 20, 21, end_label, -100},
                 {1, 1, 1, 1, 1, 1, 1, 0});
}

EncodedRow Prompt(std::vector<int64_t> ids) {
  const std::vector<int64_t> mask(ids.size(), 1);
  return Encoded(std::move(ids), {}, mask);
}

// Six training rows and six prompts of a decoder-only model with BOS 1, EOS 2.
void Encode(Evidence& run, const EncodedRow& row, const std::vector<int64_t>& prompt, int pad = 0) {
  Rows rows = TrainingRows(std::vector<EncodedRow>(6, row));
  rows.inference = EncodedFile("encoded_inference.jsonl", std::vector<EncodedRow>(6, Prompt(prompt)));
  Give(run, std::move(rows));
  run = Special(std::move(run), pad, false);
}

void Clean(Evidence& run) { Encode(run, Causal(), {1, 10, 11, 12}); }

EncodedRow With(EncodedRow row, const std::function<void(EncodedRow&)>& change) {
  change(row);
  return row;
}

void Lsum(Evidence& run, const char* reference) {
  Give(run, ScoredRows({Scored("x", reference)}));
  run.evaluations.back().values["eval_rougeLsum"] = run.evaluations.back().values["eval_rougeL"];
}

void Hangul(Evidence& run, const char* tokenizer) {
  Give(run, ScoredRows({Scored("#A#은 내일 부산에 간다", "#A#은 내일 서울에 간다")}));
  Set(run, "evaluation.rouge_tokenizer", tokenizer);
}

void Added(Evidence& run, const char* id) {
  Clean(run);
  run.documents.tokenizer_config = {
      {"added_tokens_decoder", {{id, {{"content", "<turn>"}, {"special", false}}}}}};
}

void Start(Evidence& run, int id) {
  Rows rows = TrainingRows({Encoded({1, 10, 2}, {20, 2})});
  rows.training.rows[0].decoder_input_ids = {2, 20};
  Give(run, std::move(rows));
  run = Special(std::move(run), 0, true);
  run.documents.config["decoder_start_token_id"] = id;
}

void ForcedEnd(Evidence& run, int id) {
  run = Special(std::move(run), 0, true);
  run.documents.config["forced_eos_token_id"] = id;
  run.documents.config["decoder_start_token_id"] = 2;
}

DataRow Data(const std::string& id, const std::string& source) {
  DataRow row;
  row.id = id;
  row.source = source;
  row.summaries = {"s"};
  return row;
}

Rows Splits(const char* validation) {
  Rows rows;
  rows.train = {{Data("t", "what shall we eat at noon today")}, "train.jsonl", ""};
  rows.validation = {{Data("v", validation)}, "validation.jsonl", ""};
  return rows;
}

void Folds(Evidence& run, const char* fold) {
  Rows rows;
  rows.train = {{Data("a", "one"), Data("b", "two")}, "train.jsonl", ""};
  rows.train.rows[0].fold = "0";
  rows.train.rows[1].fold = fold;
  rows.train.rows[1].origin = "a";
  Give(run, std::move(rows));
}

void Jamo(Evidence& run, const char* text) {
  Rows rows;
  rows.references = {{Data("a", "")}, "references.jsonl", ""};
  rows.references.rows[0].summaries = {text};
  Give(run, std::move(rows));
}

}  // namespace

std::vector<Case> TextCases() {
  return {
      {"gen-reference-in-input", "Prompt",
       [](Evidence& run) {
         auto rows = Own(5, "document ");
         for (ScoredRow& row : rows) row.prompt = row.source + " " + row.references[0];
         Give(run, ScoredRows(rows));
       },
       [](Evidence& run) {
         auto rows = Own(5, "document ");
         for (ScoredRow& row : rows) row.prompt = row.source;
         Give(run, ScoredRows(rows));
       },
       "reference"},
      {"gen-prompt-echo", "Texts",
       [](Evidence& run) {
         auto rows = Own(20, "a document of some length, number ", "Summarize: the document that follows");
         for (ScoredRow& row : rows) row.prediction = row.prompt + " " + row.prediction;
         Give(run, ScoredRows(rows));
       },
       [](Evidence& run) {
         Give(run, ScoredRows(Own(20, "a document of some length, number ",
                                  "Summarize: the document that follows")));
       },
       "of 20 scored outputs"},
      {"gen-degenerate-output", "Same",
       [](Evidence& run) {
         auto rows = Own(20);
         for (ScoredRow& row : rows) row.prediction = "always the same";
         Give(run, ScoredRows(rows));
       },
       [](Evidence& run) { Give(run, ScoredRows(Own(20))); }, "only 1 of 20 outputs"},
      {"gen-teacher-forced-metric", "Setting",
       [](Evidence& run) { Set(run, "training.predict_with_generate", "false"); },
       [](Evidence& run) { Set(run, "training.predict_with_generate", "true"); },
       "predict_with_generate is false"},
      {"met-rouge-hangul-dropped", "Ascii", [](Evidence& run) { Hangul(run, "ascii"); },
       [](Evidence& run) { Hangul(run, "unicode"); }, "reference words survive"},
      {"met-rougelsum-no-newlines", "Sentences",
       [](Evidence& run) { Lsum(run, "They met. They left."); },
       [](Evidence& run) { Lsum(run, "They met."); }, "rougeLsum equals rougeL"},
  };
}

std::vector<Case> EncodedCases() {
  return {
      {"tok-pad-equals-eos-masked", "Masked",
       [](Evidence& run) { Encode(run, Causal(2, -100), {1, 10, 11, 12}, 2); },
       [](Evidence& run) { Encode(run, Causal(2), {1, 10, 11, 12}, 2); }, "one id (2)"},
      {"tok-stop-set-incomplete", "Elsewhere",
       [](Evidence& run) {
         Clean(run);
         run.documents.generation_config = {{"eos_token_id", {7}}};
       },
       [](Evidence& run) {
         Clean(run);
         run.documents.generation_config = {{"eos_token_id", {7, 2}}};
       },
       "generation stops on"},
      {"tok-double-bos", "Twice",
       [](Evidence& run) {
         Encode(run, With(Causal(), [](EncodedRow& row) { row.input_ids[1] = 1; }), {1, 1, 11, 12});
       },
       Clean, "2 BOS"},
      {"tok-template-drift", "Head",
       [](Evidence& run) { Encode(run, Causal(), {1, 50, 11, 12}); }, Clean, "head differs"},
      {"tok-left-pad-missing", "Right",
       [](Evidence& run) {
         Clean(run);
         Rows rows = *run.rows;
         rows.inference.rows[0] = Encoded({1, 10, 0}, {}, {1, 1, 0});
         Give(run, std::move(rows));
       },
       Clean, "padded on the right"},
      {"tok-response-marker-missed", "NoTarget",
       [](Evidence& run) {
         Encode(run, With(Causal(), [](EncodedRow& row) { row.labels.assign(8, -100); }), {1, 10, 11, 12});
       },
       Clean, "have no target at all"},
      {"tok-loss-mask-wrong", "Pads",
       [](Evidence& run) {
         Encode(run, With(Causal(), [](EncodedRow& row) { row.labels[7] = 0; }), {1, 10, 11, 12});
       },
       Clean, "padding positions"},
      {"tok-truncation-cuts-signal", "NoEnd",
       [](Evidence& run) {
         EncodedRow cut = Encoded({1, 10, 11, 12, 20, 21}, {-100, -100, -100, -100, 20, 21});
         Encode(run, cut, {1, 10, 11, 12});
       },
       Clean, "without the end token"},
      {"tok-packing-crosstalk", "Packed",
       [](Evidence& run) {
         Clean(run);
         Set(run, "other.packing", "true");
       },
       Clean, "packing is on"},
      {"gen-forced-eos-not-eos", "Foreign", [](Evidence& run) { ForcedEnd(run, 7); },
       [](Evidence& run) { ForcedEnd(run, 2); }, "forced_eos_token_id"},
      {"tok-decoder-start-wrong", "Other", [](Evidence& run) { Start(run, 1); },
       [](Evidence& run) { Start(run, 2); }, "generation 1"},
      {"tok-added-tokens-untrained", "Beyond", [](Evidence& run) { Added(run, "100"); },
       [](Evidence& run) { Added(run, "99"); }, "the embedding has 100 rows"},
  };
}

std::vector<Case> DataCases() {
  return {
      {"data-split-overlap", "Copy",
       [](Evidence& run) { Give(run, Splits("what shall we eat at noon today")); },
       [](Evidence& run) { Give(run, Splits("the station is on the other side")); },
       "stand in the training data too"},
      {"data-fold-or-augment-leak", "Fold", [](Evidence& run) { Folds(run, "1"); },
       [](Evidence& run) { Folds(run, "0"); }, "lie in another fold"},
      {"data-hangul-not-nfc", "Jamo",
       [](Evidence& run) { Jamo(run, "\xE1\x84\x80\xE1\x85\xA1"); },
       [](Evidence& run) { Jamo(run, "\xEA\xB0\x80"); }, "decomposed jamo"},
  };
}

}  // namespace plumbline::audit
