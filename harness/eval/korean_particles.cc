#include "harness/eval/korean_particles.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_set>

#include "harness/base/utf8.h"

namespace plumbline::eval {
namespace {

constexpr size_t kSyllableBytes = 3;
constexpr int kRieul = 8;
constexpr int kMostParticles = 3;

// What must stand before a particle.
enum class Needs { kAny, kConsonant, kVowel, kConsonantNotRieul, kVowelOrRieul };

struct Particle {
  std::string_view text;
  Needs needs = Needs::kAny;
  bool may_follow = false;   // another particle may stand before it
  bool may_precede = false;  // another particle may stand behind it
};

constexpr Particle kParticles[] = {
    // topic, subject, object
    {"은", Needs::kConsonant, true, false},
    {"는", Needs::kVowel, true, false},
    {"이", Needs::kConsonant, true, false},
    {"가", Needs::kVowel, true, false},
    {"을", Needs::kConsonant, true, false},
    {"를", Needs::kVowel, true, false},
    // and, or, also, only
    {"과", Needs::kConsonant, false, true},
    {"와", Needs::kVowel, false, true},
    {"이랑", Needs::kConsonant, false, true},
    {"랑", Needs::kVowel, false, true},
    {"하고", Needs::kAny, false, true},
    {"이나", Needs::kConsonant, true, false},
    {"나", Needs::kVowel, true, false},
    {"도", Needs::kAny, true, false},
    {"만", Needs::kAny, true, true},
    {"밖에", Needs::kAny, true, true},
    {"마다", Needs::kAny, true, true},
    {"이라도", Needs::kConsonant, true, false},
    {"라도", Needs::kVowel, true, false},
    {"이든", Needs::kConsonant, true, false},
    {"든", Needs::kVowel, true, false},
    // place, direction, owner, comparison
    {"의", Needs::kAny, true, false},
    {"에", Needs::kAny, false, true},
    {"에서", Needs::kAny, false, true},
    {"에게", Needs::kAny, false, true},
    {"에게서", Needs::kAny, false, true},
    {"한테", Needs::kAny, false, true},
    {"한테서", Needs::kAny, false, true},
    {"께", Needs::kAny, false, true},
    {"께서", Needs::kAny, false, true},
    {"으로", Needs::kConsonantNotRieul, false, true},
    {"로", Needs::kVowelOrRieul, false, true},
    {"으로서", Needs::kConsonantNotRieul, false, true},
    {"로서", Needs::kVowelOrRieul, false, true},
    {"으로써", Needs::kConsonantNotRieul, false, true},
    {"로써", Needs::kVowelOrRieul, false, true},
    {"으로부터", Needs::kConsonantNotRieul, false, true},
    {"로부터", Needs::kVowelOrRieul, false, true},
    {"부터", Needs::kAny, true, true},
    {"까지", Needs::kAny, true, true},
    {"보다", Needs::kAny, true, true},
    {"처럼", Needs::kAny, true, true},
    // quotation and the copula
    {"이라고", Needs::kConsonant, false, false},
    {"라고", Needs::kVowel, false, false},
    {"이라는", Needs::kConsonant, false, false},
    {"라는", Needs::kVowel, false, false},
    {"이라서", Needs::kConsonant, false, false},
    {"라서", Needs::kVowel, false, false},
    {"이다", Needs::kConsonant, false, false},
    {"입니다", Needs::kAny, true, false},
    {"이에요", Needs::kConsonant, true, false},
    {"예요", Needs::kVowel, true, false},
    {"이죠", Needs::kConsonant, true, false},
    {"죠", Needs::kVowel, true, false},
    {"이네요", Needs::kConsonant, true, false},
    {"네요", Needs::kVowel, true, false},
    {"이었어요", Needs::kConsonant, true, false},
    {"였어요", Needs::kVowel, true, false},
    {"이었다", Needs::kConsonant, true, false},
    {"였다", Needs::kVowel, true, false},
    {"이니까", Needs::kConsonant, true, false},
    {"니까", Needs::kVowel, true, false},
    {"이거든요", Needs::kConsonant, true, false},
    {"거든요", Needs::kVowel, true, false},
    {"이요", Needs::kConsonant, true, false},
    {"요", Needs::kVowel, true, false},
    // calling somebody
    {"아", Needs::kConsonant, false, false},
    {"이야", Needs::kConsonant, true, false},
    {"야", Needs::kVowel, false, false},
};

// Words whose end looks like a particle that fits, and names that a longer particle would eat into
// (sora + neun against so + raneun).
constexpr std::string_view kProtected[] = {
    "가로",     "각도",     "감도",     "강도",     "강원도",   "강의",     "강화도",   "같이",
    "개구쟁이", "개요",     "거북이",   "거의",     "거제도",   "건의",     "결과",     "결의",
    "경과",     "경기도",   "경도",     "경상도",   "경영학과", "계란말이", "고가",     "고도",
    "고양이",   "고의",     "곰팡이",   "과로",     "구덩이",   "구도",     "구렁이",   "구조도",
    "국도",     "굳이",     "궤도",     "귀걸이",   "그대로",   "그래도",   "그렇지만", "그만",
    "그저께",   "금년도",   "기도",     "기와",     "길이",     "김말이",   "깊이",     "꽃꽂이",
    "나날이",   "나들이",   "나라",     "난도",     "난이도",   "날로",     "남도",     "낭만",
    "내년도",   "넓이",     "논의",     "놀이",     "농도",     "높이",     "누나",     "다만",
    "달팽이",   "당도",     "대가",     "대대로",   "대만",     "대체로",   "더욱이",   "덩이",
    "도로",     "독도",     "돌잡이",   "동의",     "따로",     "때로",     "때문에",   "떡볶이",
    "또는",     "똑같이",   "마음대로", "만족도",   "많이",     "먹이",     "멋쟁이",   "명도",
    "명의",     "모든",     "모의",     "목걸이",   "문과",     "문의",     "미로",     "미만",
    "밀도",     "바나나",   "바로",     "반도",     "백만",     "번화가",   "별도",     "별로",
    "보도",     "보라",     "복도",     "부도",     "부엉이",   "불과",     "불만",     "비만",
    "빈도",     "산부인과", "상수도",   "상의",     "새로",     "서로",     "선도",     "선호도",
    "설계도",   "성과",     "성의",     "세로",     "소라",     "소요",     "속도",     "손잡이",
    "손톱깎이", "송이",     "수도",     "수만",     "수시로",   "수요",     "수정과",   "술래잡이",
    "스스로",   "습도",     "시가",     "시도",     "신경과",   "신뢰도",   "심의",     "십만",
    "쌍둥이",   "아라",     "아무나",   "아무래도", "안과",     "안내도",   "약과",     "약도",
    "어린이",   "억지로",   "언제나",   "얼마나",   "엉덩이",   "여의도",   "연도",     "연필꽂이",
    "열의",     "염도",     "영문과",   "예나",     "예의",     "오만",     "온도",     "올챙이",
    "옷걸이",   "완성도",   "외가",     "요가",     "용도",     "울릉도",   "원만",     "원숭이",
    "웬만",     "위도",     "유나",     "유도",     "유의",     "의도",     "의의",     "이대로",
    "인도",     "인지도",   "일과",     "일일이",   "일찍이",   "임의",     "임의로",   "자만",
    "재떨이",   "저가",     "저절로",   "전과",     "전라도",   "절대로",   "정도",     "정의",
    "정치가",   "정확도",   "제대로",   "제도",     "제로",     "제의",     "제주도",   "조감도",
    "조그만",   "종이",     "주가",     "주간회의", "주로",     "주요",     "주의",     "중요도",
    "지도",     "지렁이",   "지팡이",   "지하도",   "지하철도", "진도",     "질의",     "차도",
    "차례로",   "창의",     "채도",     "책꽂이",   "처가",     "천만",     "철도",     "철로",
    "추가",     "충만",     "충청도",   "친밀도",   "킬로",     "태도",     "토의",     "통과",
    "틈틈이",   "팀회의",   "파도",     "판매가",   "편의",     "포도",     "풀이",     "피로",
    "하나",     "하나하나", "하수도",   "하의",     "하지만",   "학과",     "학년도",   "학회의",
    "한과",     "한나",     "한도",     "한반도",   "함께",     "함부로",   "합의",     "항의",
    "해나",     "해상도",   "허가",     "협의",     "호랑이",   "호의",     "혹은",     "홀로",
    "화가",     "화상회의", "활로",     "회의",     "횡단보도", "효도",     "휴가"};

const std::unordered_set<std::string_view>& ProtectedWords() {
  static const std::unordered_set<std::string_view> words(std::begin(kProtected),
                                                          std::end(kProtected));
  return words;
}

// Final consonant of the last syllable of a stem; marks and the like count as a vowel.
int FinalOf(std::string_view stem) {
  const CodePoint last = CodePointAt(stem, stem.size() - kSyllableBytes);
  return IsHangulSyllable(last.value) ? HangulFinal(last.value) : 0;
}

bool Fits(Needs needs, std::string_view stem) {
  if (needs == Needs::kAny || stem.empty())
    return true;  // an empty stem: a tag or a number stands before
  const int final_consonant = FinalOf(stem);
  if (needs == Needs::kConsonant) return final_consonant != 0;
  if (needs == Needs::kVowel) return final_consonant == 0;
  const bool takes_ro = final_consonant == 0 || final_consonant == kRieul;
  return takes_ro == (needs == Needs::kVowelOrRieul);
}

// The particle to cut from `stem`, or null. `behind` is the one that was cut before it.
const Particle* ParticleOf(std::string_view stem, const Particle* behind, bool may_vanish) {
  const Particle* best = nullptr;
  bool best_is_protected = false;
  for (const Particle& particle : kParticles) {
    if (!stem.ends_with(particle.text)) continue;
    if (behind != nullptr && !(behind->may_follow && particle.may_precede)) continue;
    const std::string_view rest = stem.substr(0, stem.size() - particle.text.size());
    if ((rest.empty() && !may_vanish) || !Fits(particle.needs, rest)) continue;
    const bool is_protected = ProtectedWords().contains(rest);
    const bool is_longer = best == nullptr || particle.text.size() > best->text.size();
    if (is_protected > best_is_protected || (is_protected == best_is_protected && is_longer)) {
      best = &particle;
      best_is_protected = is_protected;
    }
  }
  return best;
}

}  // namespace

std::vector<std::string_view> SplitParticles(std::string_view run, bool is_attached) {
  std::vector<std::string_view> parts;
  std::string_view stem = run;
  const Particle* behind = nullptr;
  for (int i = 0; i < kMostParticles && !stem.empty() && !ProtectedWords().contains(stem); ++i) {
    const Particle* particle = ParticleOf(stem, behind, is_attached);
    if (particle == nullptr) break;
    parts.push_back(stem.substr(stem.size() - particle->text.size()));
    stem.remove_suffix(particle->text.size());
    behind = particle;
  }
  if (!stem.empty()) parts.push_back(stem);
  std::reverse(parts.begin(), parts.end());
  return parts;
}

}  // namespace plumbline::eval
