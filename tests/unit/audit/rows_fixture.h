// Runs with rows made in memory, for the tests of rules that look at rows.
#ifndef PLUMBLINE_TESTS_UNIT_AUDIT_ROWS_FIXTURE_H_
#define PLUMBLINE_TESTS_UNIT_AUDIT_ROWS_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/audit/rows.h"
#include "tests/unit/audit/audit_fixture.h"

namespace plumbline::audit {

inline Evidence RunOf(Rows rows) {
  Evidence run;
  run.rows = std::make_shared<Rows>(std::move(rows));
  return run;
}

inline ScoredRow Scored(const std::string& prediction, const std::string& reference,
                        const std::string& source = "", const std::string& prompt = "") {
  ScoredRow row;
  row.prediction = prediction;
  row.references = {reference};
  row.source = source;
  row.prompt = prompt;
  return row;
}

// Rows get ids r0, r1, ...
inline Rows ScoredRows(std::vector<ScoredRow> rows) {
  Rows all;
  all.scored.file = "predictions.jsonl";
  for (size_t i = 0; i < rows.size(); ++i) rows[i].id = "r" + std::to_string(i);
  all.scored.rows = std::move(rows);
  return all;
}

inline EncodedRow Encoded(std::vector<int64_t> ids, std::vector<int64_t> labels,
                          std::vector<int64_t> mask = {}) {
  EncodedRow row;
  row.input_ids = std::move(ids);
  row.labels = std::move(labels);
  row.attention_mask = std::move(mask);
  return row;
}

inline RowFile<EncodedRow> EncodedFile(const std::string& file, std::vector<EncodedRow> rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].id.empty()) rows[i].id = file + std::to_string(i);
  }
  return {std::move(rows), file, ""};
}

inline Rows TrainingRows(std::vector<EncodedRow> rows) {
  Rows all;
  all.training = EncodedFile("encoded.jsonl", std::move(rows));
  return all;
}

// A tokenizer with BOS 1, EOS 2 and this pad, of a model of either kind.
inline Evidence Special(Evidence run, int pad, bool encoder_decoder) {
  run.documents.config = {{"pad_token_id", pad},
                          {"bos_token_id", 1},
                          {"eos_token_id", 2},
                          {"vocab_size", 100},
                          {"is_encoder_decoder", encoder_decoder}};
  return run;
}

// The one finding that says something; its id in the message when there is another number.
inline std::vector<std::string> Sentences(const std::vector<Finding>& findings) {
  std::vector<std::string> sentences;
  for (const Finding& finding : Said(findings)) sentences.push_back(English(finding));
  return sentences;
}

inline std::vector<std::string> Says(const std::string& rule, const Evidence& run) {
  return Sentences(Judge(rule, run));
}

// "" when the rule could be evaluated, else what it needs.
inline std::string Needs(const std::string& rule, const Evidence& run) {
  for (const Finding& finding : Judge(rule, run)) {
    if (finding.verdict == Verdict::kNotEvaluated) return English(finding);
  }
  return "";
}

}  // namespace plumbline::audit

#endif  // PLUMBLINE_TESTS_UNIT_AUDIT_ROWS_FIXTURE_H_
