// data-hangul-not-nfc and data-fold-or-augment-leak: forms of text that never match, and copies of
// one row on both sides of a fold.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/audit/interval.h"
#include "harness/audit/rule.h"
#include "harness/audit/rule_parts.h"
#include "harness/audit/shared_files.h"
#include "harness/base/utf8.h"

namespace plumbline::audit {
namespace {

constexpr double kMostJamo = 0.001;

constexpr Text kDecomposed = {
    "{share} of the Hangul code points of {stream} are decomposed jamo (NFD), first in {id}: such "
    "text takes {factor} times the code points and matches no NFC text",
    "{stream}의 한글 코드포인트 중 {share}이(가) 분해된 자모(NFD), 첫 사례 {id}: 코드포인트가 {factor}배이고 NFC "
    "텍스트와 일치하지 않음"};
constexpr Text kMixed = {
    "{stream} is decomposed ({share} jamo, first in {id}) while {other} is composed: not one "
    "syllable of theirs is equal, ROUGE and tokens count nothing",
    "{stream}은(는) 분해형({share} 자모, 첫 사례 {id}), {other}은(는) 결합형: 같은 음절이 하나도 일치하지 않아 ROUGE와 "
    "토큰이 무의미"};
constexpr Text kNfcDo = {"normalise every text to NFC where it is read",
                         "모든 텍스트를 읽는 시점에 NFC로 정규화"};
constexpr Text kNfcSettle = {"compare the NFC of row {id} with its bytes",
                             "{id} 행의 NFC와 원래 바이트를 비교"};
constexpr Text kNeedsText = {"needs data, predictions or references as text",
                             "데이터·예측·정답 텍스트 필요"};

constexpr Text kLeak = {
    "{rows} of {n} augmented rows lie in another fold than the row they were made of, first {id}: "
    "a fold is evaluated on what its model has seen",
    "증강 행 {n}개 중 {rows}개가 원본과 다른 폴드에 있음, 첫 사례 {id}: 모델이 이미 본 내용으로 폴드를 평가"};
constexpr Text kCrossing = {
    "{rows} evaluation rows descend from training rows (or share their origin), first {id}",
    "평가 행 {rows}개가 학습 행에서 파생되었거나 원본이 같음, 첫 사례 {id}"};
constexpr Text kLeakDo = {"assign folds and splits by the origin's id, then augment training alone",
                          "원본 id 기준으로 폴드와 분할을 정한 뒤 학습 쪽만 증강"};
constexpr Text kLeakSettle = {"list the pairs that cross", "경계를 넘는 쌍을 나열"};
constexpr Text kUnverified = {
    "augmentation is on, but the data has no origin ids: nobody can verify that copies stay in "
    "their fold",
    "증강이 켜져 있지만 데이터에 원본 id가 없음: 사본이 같은 폴드에 있는지 검증할 수 없음"};
constexpr Text kNeedsOrigins = {
    "needs data rows with origin_id (and fold), or the augmentation setting",
    "origin_id(와 fold)가 있는 데이터 행 또는 증강 설정 필요"};

struct Stream {
  std::string name;
  std::string file;
  size_t jamo = 0;
  size_t hangul = 0;
  size_t composed_points = 0;  // code points once in NFC, of rows that are not
  size_t stored_points = 0;
  std::string first;

  double JamoShare() const { return Share(jamo, hangul); }

  void Add(const std::string& text, const std::string& id) {
    size_t decomposed = 0;
    for (size_t at = 0; at < text.size();) {
      const CodePoint point = CodePointAt(text, at);
      if (point.num_bytes == 0) return;  // no UTF-8: not this rule's matter
      at += point.num_bytes;
      const bool is_jamo = point.value >= 0x1100 && point.value <= 0x11FF;
      decomposed += is_jamo ? 1 : 0;
      hangul += is_jamo || IsHangulSyllable(point.value) ? 1 : 0;
    }
    jamo += decomposed;
    if (decomposed == 0) return;
    if (first.empty()) first = id;
    stored_points += CountCodePoints(text);
    composed_points += CountCodePoints(Nfc(text));
  }
};

// Counted once for all runs that share the file.
Stream StreamOf(const char* name, const RowFile<DataRow>& file, SharedFiles* files) {
  constexpr size_t kMostFiles = 256;
  const std::string key = file.identity.empty() ? "" : file.identity + " " + name;
  return *GetShared<Stream>(files, key, kMostFiles, [&] {
    Stream stream;
    stream.name = name;
    stream.file = file.file;
    for (const DataRow& row : file.rows) {
      stream.Add(row.source, row.id);
      for (const std::string& summary : row.summaries) stream.Add(summary, row.id);
    }
    return stream;
  });
}

std::vector<Stream> StreamsOf(const Rows& rows, SharedFiles* files) {
  std::vector<Stream> streams;
  for (const auto& [name, file] :
       {std::pair{"train", &rows.Train()}, std::pair{"validation", &rows.Validation()},
        std::pair{"test", &rows.test}, std::pair{"references", &rows.references}}) {
    streams.push_back(StreamOf(name, *file, files));
  }
  Stream predictions;
  predictions.name = "predictions";
  predictions.file = rows.scored.file;
  for (const ScoredRow& row : rows.scored.rows) predictions.Add(row.prediction, row.id);
  streams.push_back(predictions);
  std::erase_if(streams, [](const Stream& stream) { return stream.hangul == 0; });
  return streams;
}

void JudgeForms(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  const std::vector<Stream> streams = StreamsOf(rows, context.run.shared.get());
  if (streams.empty()) {
    const bool text = !rows.scored.Empty() || !rows.Train().Empty() || !rows.Validation().Empty();
    if (!text) sink.NotEvaluated(kNeedsText);
    return;
  }
  const auto composed = std::ranges::find_if(
      streams, [](const Stream& stream) { return stream.JamoShare() <= kMostJamo; });
  for (const Stream& stream : streams) {
    if (stream.JamoShare() <= kMostJamo) continue;
    const bool mixed = composed != streams.end();
    const std::string factor = Show(Share(stream.stored_points, stream.composed_points), 2);
    sink.Add(Verdict::kDefect, mixed ? Severity::kBlocker : Severity::kMajor, 0.98,
             mixed ? kMixed : kDecomposed)
        .With("share", Percent(stream.JamoShare()))
        .With("stream", stream.name)
        .With("other", mixed ? composed->name : "")
        .With("id", stream.first)
        .With("factor", factor)
        .Formula(std::to_string(stream.jamo) + " / " + std::to_string(stream.hangul) +
                 " > 0.1 %; code points " + std::to_string(stream.stored_points) + " / " +
                 std::to_string(stream.composed_points))
        .From({stream.file, stream.name, 0})
        .Settle(kNfcSettle)
        .Do(kNfcDo);
  }
}

void Say(const Text& statement, size_t hits, size_t n, const std::string& first,
         const std::string& file, Sink& sink) {
  sink.Add(Verdict::kDefect, Severity::kBlocker, 0.95, statement)
      .With("rows", std::to_string(hits))
      .With("n", std::to_string(n))
      .With("id", first)
      .Formula(std::to_string(hits) + " / " + std::to_string(n) + " > 0")
      .From({file, "origin_id", 0})
      .Settle(kLeakSettle)
      .Do(kLeakDo);
}

// Augmented rows whose origin's fold is another one.
void SayFolds(const RowFile<DataRow>& train, Sink& sink) {
  std::map<std::string, std::string> fold_of;
  for (const DataRow& row : train.rows) fold_of[row.id] = row.fold;
  size_t n = 0, hits = 0;
  std::string first;
  for (const DataRow& row : train.rows) {
    const auto origin = fold_of.find(row.origin);
    if (row.origin.empty() || row.origin == row.id || origin == fold_of.end()) continue;
    ++n;
    if (origin->second == row.fold) continue;
    if (hits++ == 0) first = row.id;
  }
  if (hits > 0) Say(kLeak, hits, n, first, train.file, sink);
}

// Families of rows on both sides of the split. Ids that both sides count for themselves (0, 1, 2
// or line numbers) prove nothing.
void SaySplits(const RowFile<DataRow>& train, const RowFile<DataRow>& evaluation, Sink& sink) {
  std::set<std::string> trained, origins, evaluated;
  for (const DataRow& row : train.rows) {
    trained.insert(row.id);
    if (!row.origin.empty()) origins.insert(row.origin);
  }
  for (const DataRow& row : evaluation.rows) evaluated.insert(row.id);
  size_t hits = 0;
  std::string first;
  for (const DataRow& row : evaluation.rows) {
    const bool copy_of_trained = !row.origin.empty() && !evaluated.contains(row.origin) &&
                                 (trained.contains(row.origin) || origins.contains(row.origin));
    const bool has_trained_copy = origins.contains(row.id) && !trained.contains(row.id);
    if (!copy_of_trained && !has_trained_copy) continue;
    if (hits++ == 0) first = row.id;
  }
  if (hits > 0) Say(kCrossing, hits, evaluation.rows.size(), first, evaluation.file, sink);
}

void JudgeLeaks(const Context& context, Sink& sink) {
  const Rows& rows = RowsOf(context.run);
  const auto has_origin = [](const DataRow& row) { return !row.origin.empty(); };
  if (!rows.Train().problem.empty()) throw Error(ErrorKind::kData, rows.Train().problem);
  const bool known = std::ranges::any_of(rows.Train().rows, has_origin) ||
                     std::ranges::any_of(rows.Validation().rows, has_origin);
  if (known) {
    SayFolds(rows.Train(), sink);
    SaySplits(rows.Train(), rows.Validation(), sink);
    return;
  }
  const auto augmentation = context.run.Truth("augmentation.enabled");
  if (!augmentation) {
    sink.NotEvaluated(kNeedsOrigins);
  } else if (*augmentation) {
    sink.Add(Verdict::kNote, Severity::kInfo, 0.5, kUnverified)
        .Formula("augmentation = true, 0 origin ids")
        .From(context.run.Effective("augmentation.enabled")->place)
        .Settle(kLeakSettle)
        .Do(kLeakDo);
  }
}

}  // namespace

Rule DataHangulNotNfcRule() {
  return {"data-hangul-not-nfc",
          3,
          Severity::kBlocker,
          {"Hangul stored decomposed (NFD)", "분해형(NFD)으로 저장된 한글"},
          {"More than 0.1 % of the Hangul code points of a stream (train, validation, test, "
           "references, predictions) are conjoining jamo U+1100..11FF. A blocker when another "
           "stream is composed: the two never match. Old Hangul is written in jamo on purpose.",
           "어느 스트림(train, validation, test, references, predictions)의 한글 코드포인트 중 0.1 % 초과가 "
           "U+1100..11FF 자모. 다른 스트림이 결합형이면 서로 일치하지 않아 차단. 옛한글은 의도적으로 자모로 씀."},
          {"huggingface/tokenizers#1975", "google-research/bert#135", "apache/lucene#16241"},
          JudgeForms};
}

Rule DataFoldOrAugmentLeakRule() {
  return {"data-fold-or-augment-leak",
          3,
          Severity::kBlocker,
          {"augmented copies cross folds or splits", "증강 사본이 폴드나 분할을 넘음"},
          {"Every family of rows (an origin and its augmented copies, by origin_id) must lie in "
           "one fold and one split. Any crossing is reported; with augmentation on and no origin "
           "ids, that nobody can verify it.",
           "원본과 그 증강 사본(origin_id 기준)은 하나의 폴드와 분할에 있어야 함. 경계를 넘으면 모두 보고; 증강이 켜져 있고 "
           "원본 id가 없으면 검증 불가를 알림."},
          {"adriangb/scikeras#327", "mljar/mljar-supervised#627", "yogeshhk/MidcurveNN#34",
           "udacity/deep-learning-v2-pytorch#132"},
          JudgeLeaks};
}

}  // namespace plumbline::audit
