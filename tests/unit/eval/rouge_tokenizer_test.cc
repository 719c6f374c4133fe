#include "harness/eval/rouge_tokenizer.h"

#include "harness/base/utf8.h"
#include "harness/eval/korean_particles.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::eval {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Tokens(const std::string& name, const std::string& text,
                                bool stemmer = false) {
  TokenList list;
  MakeRougeTokenizer(name, stemmer)->Tokenize(text, list);
  std::vector<std::string> tokens;
  for (size_t i = 0; i < list.size(); ++i) tokens.emplace_back(list[i]);
  return tokens;
}

std::string Joined(const std::string& name, const std::string& text) {
  std::string joined;
  for (const std::string& token : Tokens(name, text)) joined += (joined.empty() ? "" : " ") + token;
  return joined;
}

TEST(AsciiTokenizer, KeepsLettersAndDigitsOnly) {
  EXPECT_THAT(Tokens("ascii", "It's 3:30, OK?"), ElementsAre("it", "s", "3", "30", "ok"));
  EXPECT_THAT(Tokens("ascii", "나는 caf\u00e9"), ElementsAre("caf"));
  EXPECT_THAT(Tokens("ascii", "한글만"), IsEmpty());
}

TEST(AsciiTokenizer, LowerCasesAsPythonDoes) {
  EXPECT_THAT(Tokens("ascii", "\u212Aelvin"), ElementsAre("kelvin"));
  EXPECT_THAT(Tokens("ascii", "\u0130stanbul"), ElementsAre("i", "stanbul"));
}

TEST(AsciiTokenizer, StemsOnlyTokensLongerThanThree) {
  EXPECT_THAT(Tokens("ascii", "was flies running dies", true),
              ElementsAre("was", "fli", "run", "die"));
  EXPECT_THAT(Tokens("ascii", "flies"), ElementsAre("flies"));
}

TEST(UnicodeTokenizer, WordsAreRunsOfLettersMarksAndNumbers) {
  EXPECT_EQ(Joined("unicode", "나는 '학교'에 간다, CAF\u00C9!"), "나는 학교 에 간다 caf\u00E9");
  EXPECT_EQ(Joined("unicode", "민준은 3시에 온다."), "민준은 3시에 온다");
  EXPECT_EQ(Joined("unicode", "\u4F60\u597D \u0939\u093F\u0928\u094D\u0926\u0940"),
            "\u4F60\u597D \u0939\u093F\u0928\u094D\u0926\u0940");
}

TEST(UnicodeTokenizer, DecomposedTextGivesTheSameTokens) {
  for (const char* name : {"unicode", "particle", "syllable"}) {
    EXPECT_EQ(Joined(name, "\u1112\u1161\u11AB\u1100\u1173\u11AF\u1105\u1169"),
              Joined(name, "한글로"))
        << name;
  }
}

TEST(SyllableTokenizer, SyllablesStandAloneAndSpacesDoNotMatter) {
  EXPECT_EQ(Joined("syllable", "나는 간다"), "나 는 간 다");
  EXPECT_EQ(Joined("syllable", "나는간다."), "나 는 간 다");
  EXPECT_EQ(Joined("syllable", "#Person1#은 KTX로 10시"), "#person1# 은 ktx 로 10 시");
}

TEST(TextRuns, NumbersAndTagsStayWhole) {
  EXPECT_EQ(Joined("syllable", "1,000 2.5 1,2,3 3:30 12,3456"), "1000 2.5 1 2 3 3 30 12 3456");
  EXPECT_EQ(Joined("syllable", "#DateOfBirth# #a #1# ## #x"), "#dateofbirth# a 1 x");
  EXPECT_EQ(Joined("syllable", "5. 6, .7"), "5 6 7");
}

struct Row {
  const char* sentence;
  const char* tokens;
};

// The sentences of the data's particle table: every allomorph behind every kind of stem.
constexpr Row kSentences[] = {
    {"#Person1#은 표를 산다.", "#person1# 은 표 를 산다"},
    {"발표자를 #Person1#으로 바꾼다.", "발표자 를 #person1# 으로 바꾼다"},
    {"#Person2#는 예약을 취소한다.", "#person2# 는 예약 을 취소한다"},
    {"#Person2#와 약속을 잡는다.", "#person2# 와 약속 을 잡는다"},
    {"#Person3#가 김밥을 싼다.", "#person3# 가 김밥 을 싼다"},
    {"#Person4#를 역에서 만난다.", "#person4# 를 역 에서 만난다"},
    {"#Person5#랑 같이 간다.", "#person5# 랑 같이 간다"},
    {"#Person7#이 늦게 온다.", "#person7# 이 늦게 온다"},
    {"제 번호는 #PhoneNumber#예요.", "제 번호 는 #phonenumber# 예요"},
    {"주소는 #Email#이에요.", "주소 는 #email# 이에요"},
    {"#SSN#을 확인한다.", "#ssn# 을 확인한다"},
    {"서울로 떠난다.", "서울 로 떠난다"},
    {"부산으로 떠난다.", "부산 으로 떠난다"},
    {"지하철을 탄다.", "지하철 을 탄다"},
    {"여덟으로 나눈다.", "여덟 으로 나눈다"},
    {"닭으로 국을 끓인다.", "닭 으로 국 을 끓인다"},
    {"여기가 학교예요.", "여기 가 학교 예요"},
    {"여기가 병원이에요.", "여기 가 병원 이에요"},
    {"7로 나눈다.", "7 로 나눈다"},
    {"0이 두 개 있다.", "0 이 두 개 있다"},
    {"1,000은 너무 많다.", "1000 은 너무 많다"},
    {"2.5가 나왔다.", "2.5 가 나왔다"},
    {"5kg을 뺐다.", "5 kg 을 뺐다"},
    {"KTX로 간다.", "ktx 로 간다"},
    {"MP3를 듣는다.", "mp 3 를 듣는다"},
    {"Kate는 웃는다.", "kate 는 웃는다"},
    {"서울역(1번 출구)이 가깝다.", "서울역 1 번 출구 이 가깝다"},
    {"(주)다온과 계약한다.", "주 다온 과 계약한다"},
    {"민준아, 어디야?", "민준 아 어디 야"},
    {"지우야, 어디야?", "지우 야 어디 야"},
    {"3시 30분이라고 말한다.", "3 시 30 분 이라고 말한다"},
};

TEST(ParticleTokenizer, SplitsTheSentencesOfTheParticleTable) {
  for (const Row& row : kSentences) EXPECT_EQ(Joined("particle", row.sentence), row.tokens);
}

TEST(ParticleTokenizer, ProtectedNounsKeepTheirLastSyllable) {
  EXPECT_EQ(Joined("particle", "회의 결과 지도 하나 종이 도로"), "회의 결과 지도 하나 종이 도로");
  EXPECT_EQ(Joined("particle", "함께 다만 소라는 해나가"), "함께 다만 소라 는 해나 가");
  EXPECT_EQ(Joined("particle", "회의에서 결과를 지도와 고양이랑"),
            "회의 에서 결과 를 지도 와 고양이 랑");
}

TEST(ParticleTokenizer, ParticlesStackOnlyInTheKnownWays) {
  EXPECT_EQ(Joined("particle", "집에서는 서울에서부터 친구에게도 #Person1#에게는"),
            "집 에서 는 서울 에서 부터 친구 에게 도 #person1# 에게 는");
  EXPECT_EQ(Joined("particle", "바다나는"), "바다나 는");  // na does not stand before neun
}

TEST(ParticleTokenizer, AnUnattachedParticleAloneStaysAWord) {
  EXPECT_EQ(Joined("particle", "이 가 은 에서"), "이 가 은 에서");
}

// Whether `particle` (or a longer one that ends with it) is cut behind this syllable, whatever else
// is cut before it. No protected noun begins with the stem's first syllable.
bool IsSplit(char32_t last, std::string_view particle) {
  std::string run;
  AppendUtf8(U'\uBDC1', run);
  AppendUtf8(last, run);
  run += particle;
  const auto parts = SplitParticles(run, false);
  return parts.size() >= 2 && parts.back().ends_with(particle);
}

TEST(KoreanParticles, EverySyllableTakesTheAllomorphOfItsFinalSound) {
  for (char32_t c = 0xAC00; c <= 0xD7A3; ++c) {
    const int final_consonant = (static_cast<int>(c) - 0xAC00) % 28;
    EXPECT_EQ(IsSplit(c, "은"), final_consonant != 0);
    EXPECT_EQ(IsSplit(c, "는"), final_consonant == 0);
    EXPECT_EQ(IsSplit(c, "을"), final_consonant != 0);
    EXPECT_EQ(IsSplit(c, "를"), final_consonant == 0);
    EXPECT_EQ(IsSplit(c, "으로"), final_consonant != 0 && final_consonant != 8);
  }
}

TEST(RougeTokenizers, HostileTextIsCutNotCrashed) {
  for (const std::string& name : RougeTokenizerNames()) {
    EXPECT_THAT(Tokens(name, ""), IsEmpty());
    EXPECT_THAT(Tokens(name, " \t\r"), IsEmpty());
    EXPECT_THAT(Tokens(name, "\u0301\u200B#"), testing::SizeIs(testing::Le(1u)));
    EXPECT_THAT(Tokens(name, "a\0b"s), ElementsAre("a", "b"));
    EXPECT_EQ(Tokens(name, std::string(1 << 20, 'x')).size(), 1u);
  }
  EXPECT_EQ(Tokens("syllable", "가\u0301나").size(), 2u);
}

TEST(RougeTokenizers, UnknownNamesAndMisplacedStemmersAreUsageErrors) {
  EXPECT_ERROR(MakeRougeTokenizer("particel", false), ErrorKind::kUsage, "try 'particle'");
  EXPECT_ERROR(MakeRougeTokenizer("syllable", true), ErrorKind::kUsage, "stemmer");
}

}  // namespace
}  // namespace plumbline::eval
