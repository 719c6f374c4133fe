// The words of a baseline file, shared by its writer and its parser and by nobody else.
#ifndef PLUMBLINE_HARNESS_CHECK_BASELINE_WORDS_H_
#define PLUMBLINE_HARNESS_CHECK_BASELINE_WORDS_H_

namespace plumbline::check::words {

inline constexpr const char* kHeader = "plumbline-baseline 1";
inline constexpr const char* kNotice =
    "# Written by accept alone: an edit by hand breaks the chain of digests.";
inline constexpr const char* kAccepted = "accepted";
inline constexpr const char* kBy = "by";
inline constexpr const char* kReason = "reason";
inline constexpr const char* kRepetition = "repetition";
inline constexpr const char* kEvidence = "evidence";
inline constexpr const char* kMetric = "metric";
inline constexpr const char* kContent = "content";
inline constexpr const char* kPredecessor = "predecessor";
inline constexpr const char* kNone = "none";
inline constexpr const char* kScope = "scope";
inline constexpr const char* kExact = "exact";
inline constexpr const char* kKeyed = "keyed";
inline constexpr const char* kSuite = "suite";
inline constexpr const char* kNumeric = "numeric";
inline constexpr const char* kPerformance = "performance";
inline constexpr const char* kRecorded = "recorded";
inline constexpr const char* kConfig = "config";
inline constexpr const char* kPlan = "plan";
inline constexpr const char* kRow = "row";

}  // namespace plumbline::check::words

#endif  // PLUMBLINE_HARNESS_CHECK_BASELINE_WORDS_H_
