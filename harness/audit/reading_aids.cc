#include "harness/audit/reading_aids.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <span>

#include "harness/audit/equal_rouge.h"
#include "harness/audit/interval.h"
#include "harness/audit/phrase.h"

namespace plumbline::audit {
namespace {

constexpr int kDigits = 4;
constexpr double kPlacesApart = 1e-9;  // epochs of one place

// From `from` (included) on, to the next band's.
struct Band {
  double from;
  Text name;
  Text meaning;
};

constexpr Band kLossBands[] = {
    {0, {"below 0.5", "0.5 미만"},
     {"very low: check the evaluation loss for over-fitting", "매우 낮음: 평가 손실로 과적합을 확인"}},
    {0.5, {"0.5 to 1", "0.5~1"}, {"low: the targets are well learned", "낮음: 잘 학습됨"}},
    {1, {"1 to 2", "1~2"}, {"middle: learning is under way", "중간: 학습 진행 중"}},
    {2, {"2 or more", "2 이상"}, {"high: little is learned yet", "높음: 아직 학습이 부족함"}}};
constexpr Text kLossLimit = {
    "a loss is in nats per token of one tokenizer: bands hold for one vocabulary only, and where "
    "the sum of several micro-batches is logged it is that many times too high",
    "손실은 특정 토크나이저의 토큰당 nat: 어휘가 같을 때만 구간이 유효하며, 마이크로 배치의 합을 기록하면 그 배수만큼 커짐"};

constexpr Band kNormBands[] = {
    {0, {"below 0.1", "0.1 미만"},
     {"gradients may be vanishing", "그래디언트 소실 가능성"}},
    {0.1, {"0.1 to 0.5", "0.1~0.5"}, {"small: learning is slow or done", "작음: 느리거나 끝난 학습"}},
    {0.5, {"0.5 to 3", "0.5~3"}, {"steady", "안정"}},
    {3, {"3 to 10", "3~10"},
     {"somewhat unsteady; clipping limits the step", "다소 불안정; 클리핑이 보폭을 제한"}},
    {10, {"10 or more", "10 이상"},
     {"very large: look at the learning rate and at outliers", "매우 큼: 학습률과 이상치를 확인"}}};
constexpr Text kNormLimit = {
    "the norm is taken before clipping and grows with the number of trained parameters and with "
    "how the loss is normalised: compare it within one model and one setting only",
    "노름은 클리핑 전의 값이며 학습 파라미터 수와 손실 정규화 방식에 따라 달라짐: 같은 모델, 같은 설정 안에서만 비교"};

constexpr Band kRougeBands[] = {
    {0, {"below 0.3", "0.3 미만"}, {"low", "낮음"}},
    {0.3, {"0.3 to 0.5", "0.3~0.5"}, {"a basic level", "기본 수준"}},
    {0.5, {"0.5 to 0.7", "0.5~0.7"}, {"good", "좋음"}},
    {0.7, {"0.7 or more", "0.7 이상"}, {"very good: rule out leaks and echoes", "매우 좋음: 유출과 되풀이를 배제할 것"}}};
constexpr Text kRougeLimit = {
    "ROUGE bands depend on the tokenizer (here: {tokenizer}), on the data and on the type: ROUGE-2 "
    "is always below ROUGE-1, `ascii` drops Hangul, syllables score higher than words",
    "ROUGE 구간은 토크나이저(여기서는 {tokenizer}), 데이터, 종류에 따라 다름: ROUGE-2는 항상 ROUGE-1보다 낮고, "
    "`ascii`는 한글을 버리며, 음절 점수는 어절 점수보다 높음"};

constexpr Text kInvalid = {
    "no quality: ROUGE-1 equals ROUGE-L, see met-r1-equals-rl",
    "품질을 뜻하지 않음: ROUGE-1과 ROUGE-L이 같음 (met-r1-equals-rl 참고)"};

constexpr Band kGapBands[] = {
    {0, {"below 0.95", "0.95 미만"},
     {"evaluation below training: usual early on, and with dropout",
      "평가가 학습보다 낮음: 초기나 드롭아웃 사용 시 흔함"}},
    {0.95, {"0.95 to 1.05", "0.95~1.05"}, {"about equal", "거의 같음"}},
    {1.05, {"1.05 to 1.2", "1.05~1.2"},
     {"slightly above: over-fitting may begin", "조금 높음: 과적합이 시작될 수 있음"}},
    {1.2, {"1.2 or more", "1.2 이상"},
     {"far above: over-fitting, or two different losses", "훨씬 높음: 과적합이거나 서로 다른 손실"}}};
constexpr Text kGapLimit = {
    "the training loss is a mean over steps while the weights moved, with dropout and label "
    "smoothing; the evaluation loss has neither. The shares are a convention",
    "학습 손실은 가중치가 움직이는 동안의 평균이며 드롭아웃과 레이블 스무딩을 포함하지만 평가 손실은 아님. 경계값은 관례"};

std::optional<double> Finite(const Reading* reading) {
  if (reading == nullptr || !reading->value.Finite()) return std::nullopt;
  return reading->value.value;
}

void AddAid(const char* id, const Text& quantity, double value, std::span<const Band> bands,
            const Text& limit, const Place& place, std::vector<ReadingAid>& aids) {
  if (!(value >= 0) || !std::isfinite(value)) return;
  const Band* in = &bands.front();
  for (const Band& band : bands) in = value >= band.from ? &band : in;
  aids.push_back({id, quantity, Show(value, kDigits), in->name, in->meaning, limit, {}, place});
}

// The last point of a list that has a finite reading of this name.
const Reading* LastOf(const std::vector<Point>& points, std::string_view name) {
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    const Reading* reading = point->Find(name);
    if (Finite(reading)) return reading;
  }
  return nullptr;
}

void AddNorm(const Evidence& run, std::vector<ReadingAid>& aids) {
  const std::vector<Reading> norms = Series(run.log, "grad_norm");
  std::vector<double> values;
  for (const Reading& reading : norms) {
    if (reading.value.Finite()) values.push_back(reading.value.value);
  }
  if (values.empty()) return;
  std::ranges::sort(values);
  const size_t n = values.size();
  const double median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  AddAid("grad_norm", {"gradient norm, median of the log", "그래디언트 노름, 기록의 중앙값"}, median,
         kNormBands, kNormLimit, norms.front().place, aids);
}

void AddRouge(const Evidence& run, std::vector<ReadingAid>& aids) {
  struct Type {
    const char* id;
    const char* name;
    Text quantity;
  };
  static constexpr Type kTypes[] = {
      {"rouge1", "eval_rouge1", {"ROUGE-1, last evaluation", "ROUGE-1, 마지막 평가"}},
      {"rouge2", "eval_rouge2", {"ROUGE-2, last evaluation", "ROUGE-2, 마지막 평가"}},
      {"rougeL", "eval_rougeL", {"ROUGE-L, last evaluation", "ROUGE-L, 마지막 평가"}}};
  const Setting* tokenizer = run.Effective("evaluation.rouge_tokenizer");
  const Operand operand = tokenizer == nullptr
                              ? Operand{"tokenizer", "unknown", "알 수 없음"}
                              : Operand{"tokenizer", tokenizer->text, ""};
  const Reading* r1 = LastOf(run.evaluations, "eval_rouge1");
  const Reading* rl = LastOf(run.evaluations, "eval_rougeL");
  const bool invalid = r1 != nullptr && rl != nullptr && RougesAreEqual(run, *r1, *rl) &&
                       !EqualByWords(run);
  for (const Type& type : kTypes) {
    const Reading* reading = LastOf(run.evaluations, type.name);
    if (reading == nullptr) continue;
    const double value = reading->value.value > 1 ? reading->value.value / 100 : reading->value.value;
    if (value > 1) continue;
    const size_t before = aids.size();
    AddAid(type.id, type.quantity, value, kRougeBands, kRougeLimit, reading->place, aids);
    if (aids.size() == before) continue;
    aids.back().operands = {operand};
    if (invalid) aids.back().meaning = kInvalid;
  }
}

double PlaceOf(const Point& point) {
  return Finite(point.Find("epoch")).value_or(Finite(point.Find("step")).value_or(-1));
}

// The last evaluation's loss over the training loss logged last at or before it.
void AddGap(const Evidence& run, std::vector<ReadingAid>& aids) {
  for (auto point = run.evaluations.rbegin(); point != run.evaluations.rend(); ++point) {
    const auto eval = Finite(point->Find("eval_loss"));
    if (!eval) continue;
    std::optional<double> train;
    for (const Point& logged : run.log) {
      const auto loss = Finite(logged.Find("loss"));
      if (loss && PlaceOf(logged) <= PlaceOf(*point) + kPlacesApart) train = loss;
    }
    if (!train || !(*train > 0)) return;
    AddAid("eval_to_train_loss",
           {"evaluation loss / training loss logged last before it",
            "평가 손실 / 직전에 기록된 학습 손실"},
           *eval / *train, kGapBands, kGapLimit, point->Find("eval_loss")->place, aids);
    return;
  }
}

}  // namespace

std::vector<ReadingAid> ReadingAidsOf(const Evidence& run) {
  std::vector<ReadingAid> aids;
  if (const Reading* loss = LastOf(run.log, "loss")) {
    AddAid("loss", {"training loss, last of the log", "학습 손실, 기록의 마지막"},
           loss->value.value, kLossBands, kLossLimit, loss->place, aids);
  }
  AddNorm(run, aids);
  AddRouge(run, aids);
  AddGap(run, aids);
  return aids;
}

Json ReadingAidsToJson(const std::vector<ReadingAid>& aids, Language language) {
  Json list = Json::array();
  for (const ReadingAid& aid : aids) {
    list.push_back(Json{{"id", aid.id},
                        {"quantity", Render(aid.quantity, {}, language)},
                        {"value", aid.value},
                        {"band", Render(aid.band, {}, language)},
                        {"meaning", Render(aid.meaning, {}, language)},
                        {"limit", Render(aid.limit, aid.operands, language)}});
  }
  return list;
}

std::string ReadingAidsToText(const std::vector<ReadingAid>& aids, Language language) {
  if (aids.empty()) return "";
  const bool korean = language == Language::kKorean;
  std::string text = korean ? "  읽는 법 (판정이 아님)\n" : "  reading aids (no judgement)\n";
  std::set<std::string> said;
  std::string limits;
  for (const ReadingAid& aid : aids) {
    text += "    " + Render(aid.quantity, {}, language) + ": " + aid.value + "  [" +
            Render(aid.band, {}, language) + "]  " + Render(aid.meaning, {}, language) + "\n";
    const std::string limit = Render(aid.limit, aid.operands, language);
    if (said.insert(limit).second) limits += "    - " + limit + "\n";
  }
  return text + limits;
}

}  // namespace plumbline::audit
