// Published or measured scores and generation defaults of well-known checkpoints, to hold claims
// against. Each row names where it was read.
#ifndef PLUMBLINE_HARNESS_AUDIT_KNOWN_SCORES_H_
#define PLUMBLINE_HARNESS_AUDIT_KNOWN_SCORES_H_

#include <array>
#include <string_view>

namespace plumbline::audit {

struct KnownScores {
  std::string_view word;  // in the lowered model name
  double rouge1;          // shares of 1
  double rouge2;
  double rougel;
  std::string_view what;
  std::string_view what_korean;
  std::string_view source;
};

inline constexpr std::array<KnownScores, 2> kKnownScores = {{
    {"xlsum", 0.236745, 0.114478, 0.223619, "the authors' Korean test row",
     "저자의 한국어 시험 점수",
     "csebuetnlp/xl-sum README"},
    {"kobart", 0.4048, 0.2480, 0.3952, "a two-epoch KoBART run on 2,500 Korean dialogues, measured",
     "한국어 대화 2,500개로 두 에폭 학습한 KoBART 실측",
     "train log of that run; another scorer is possible"},
}};

struct KnownGeneration {
  std::string_view word;
  int max_length;
  int num_beams;
  int no_repeat_ngram_size;
  std::string_view source;
};

inline constexpr std::array<KnownGeneration, 1> kKnownGeneration = {{
    {"xlsum", 84, 4, 2, "model card of mT5_multilingual_XLSum (seen via a third-party card page)"},
}};

// Rows of XL-Sum: Korean, all languages (csebuetnlp/xl-sum README).
inline constexpr double kXlSumKoreanRows = 5507;
inline constexpr double kXlSumAllRows = 1.35e6;

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_KNOWN_SCORES_H_
