#include "harness/data/korean/josa.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/data/korean/hangul.h"
#include "harness/data/korean/numerals.h"
#include "tests/testing/error_matcher.h"

namespace plumbline::data::korean {
namespace {

// Particle tests of the design, section 5: word, particle, the sentence that must come out.
struct Row {
  const char* before;
  const char* word;
  const char* form;
  const char* after;
  const char* expected;
};

constexpr Row kRows[] = {
    {"", "#Person1#", "은", " 표를 산다.", "#Person1#은 표를 산다."},
    {"발표자를 ", "#Person1#", "으로", " 바꾼다.", "발표자를 #Person1#으로 바꾼다."},
    {"", "#Person2#", "은", " 예약을 취소한다.", "#Person2#는 예약을 취소한다."},
    {"", "#Person2#", "과", " 약속을 잡는다.", "#Person2#와 약속을 잡는다."},
    {"", "#Person3#", "이", " 김밥을 싼다.", "#Person3#가 김밥을 싼다."},
    {"", "#Person4#", "을", " 역에서 만난다.", "#Person4#를 역에서 만난다."},
    {"", "#Person5#", "이랑", " 같이 간다.", "#Person5#랑 같이 간다."},
    {"", "#Person6#", "은", " 조명을 맡는다.", "#Person6#는 조명을 맡는다."},
    {"", "#Person7#", "이", " 늦게 온다.", "#Person7#이 늦게 온다."},
    {"담당을 ", "#Person7#", "으로", " 정한다.", "담당을 #Person7#으로 정한다."},
    {"", "#PhoneNumber#", "으로", " 전화해 주세요.", "#PhoneNumber#로 전화해 주세요."},
    {"제 번호는 ", "#PhoneNumber#", "이에요", ".", "제 번호는 #PhoneNumber#예요."},
    {"자료는 ", "#Email#", "으로", " 보내 주세요.", "자료는 #Email#로 보내 주세요."},
    {"주소는 ", "#Email#", "이에요", ".", "주소는 #Email#이에요."},
    {"", "#Address#", "으로", " 배달해 주세요.", "#Address#로 배달해 주세요."},
    {"", "#CardNumber#", "이", " 맞습니까?", "#CardNumber#가 맞습니까?"},
    {"", "#SSN#", "을", " 확인한다.", "#SSN#을 확인한다."},
    {"", "서울", "으로", " 떠난다.", "서울로 떠난다."},
    {"", "부산", "으로", " 떠난다.", "부산으로 떠난다."},
    {"", "지하철", "을", " 탄다.", "지하철을 탄다."},
    {"", "여덟", "으로", " 나눈다.", "여덟으로 나눈다."},
    {"", "닭", "으로", " 국을 끓인다.", "닭으로 국을 끓인다."},
    {"여기가 ", "학교", "이에요", ".", "여기가 학교예요."},
    {"여기가 ", "병원", "이에요", ".", "여기가 병원이에요."},
    {"", "3", "을", " 누르세요.", "3을 누르세요."},
    {"", "7", "으로", " 나눈다.", "7로 나눈다."},
    {"", "10", "으로", " 나눈다.", "10으로 나눈다."},
    {"", "0", "이", " 두 개 있다.", "0이 두 개 있다."},
    {"", "1,000", "은", " 너무 많다.", "1,000은 너무 많다."},
    {"", "30,000", "으로", " 적는다.", "30,000으로 적는다."},
    {"", "1,000,000,000,000", "을", " 적는다.", "1,000,000,000,000를 적는다."},
    {"", "2.5", "이", " 나왔다.", "2.5가 나왔다."},
    {"", "20%", "을", " 깎아 준다.", "20%를 깎아 준다."},
    {"", "5kg", "을", " 뺐다.", "5kg을 뺐다."},
    {"", "KTX", "으로", " 간다.", "KTX로 간다."},
    {"", "ATM", "을", " 찾는다.", "ATM을 찾는다."},
    {"", "URL", "으로", " 들어간다.", "URL로 들어간다."},
    {"", "MP3", "을", " 듣는다.", "MP3를 듣는다."},
    {"", "Kate", "은", " 웃는다.", "Kate는 웃는다."},
    {"이름을 ", "Paul", "으로", " 적는다.", "이름을 Paul로 적는다."},
    {"", "서울역(1번 출구)", "이", " 가깝다.", "서울역(1번 출구)이 가깝다."},
    {"", "보고서(최종본)", "을", " 보낸다.", "보고서(최종본)를 보낸다."},
    {"", "(주)다온", "과", " 계약한다.", "(주)다온과 계약한다."},
    {"", "‘설레는 밤’", "을", " 본다.", "‘설레는 밤’을 본다."},
    {"", "민준", "아", ", 어디야?", "민준아, 어디야?"},
    {"", "지우", "아", ", 어디야?", "지우야, 어디야?"},
    {"", "3시 30분", "이라고", " 말한다.", "3시 30분이라고 말한다."},
};

TEST(Josa, EveryRowOfTheDesignComesOut) {
  for (const Row& row : kRows) {
    EXPECT_EQ(row.before + Josa(row.word, row.form) + row.after, row.expected);
  }
}

TEST(Josa, DecomposedInputIsComposedFirst) {
  EXPECT_EQ(Josa(DecomposeHangul("한글"), "으로"), "한글로");
}

TEST(Josa, PronounsHaveTheirOwnForms) {
  EXPECT_EQ(Josa("나", "이"), "내가");
  EXPECT_EQ(Josa("저", "이"), "제가");
  EXPECT_EQ(Josa("너", "이"), "네가");
  EXPECT_EQ(Josa("누구", "이"), "누가");
  EXPECT_EQ(Josa("나", "의"), "내");
}

TEST(Josa, NeverGuesses) {
  EXPECT_ERROR(Josa("ㅋㅋ", "은"), ErrorKind::kData, "choosing a particle");
  EXPECT_ERROR(Josa("", "을"), ErrorKind::kData, "choosing a particle");
  EXPECT_ERROR(Josa("Xyz", "을"), ErrorKind::kData, "choosing a particle");
  EXPECT_ERROR(Josa("#Foo#", "은"), ErrorKind::kData, "choosing a particle");
  EXPECT_ERROR(Josa("학교", "랄라"), ErrorKind::kData, "choosing a particle");
}

TEST(Josa, EverySyllableFollowsItsFinalSound) {
  int num_ro = 0;
  for (char32_t point = kFirstSyllable; point <= kLastSyllable; ++point) {
    const std::string word = "가" + Encode(std::u32string(1, point));  // two syllables: no pronoun
    const int final_index = FinalOf(point);
    EXPECT_EQ(Josa(word, "은"), word + (final_index == 0 ? "는" : "은"));
    EXPECT_EQ(Josa(word, "이"), word + (final_index == 0 ? "가" : "이"));
    EXPECT_EQ(Josa(word, "을"), word + (final_index == 0 ? "를" : "을"));
    EXPECT_EQ(Josa(word, "과"), word + (final_index == 0 ? "와" : "과"));
    const bool ro = final_index == 0 || final_index == kFinalRieul;
    EXPECT_EQ(Josa(word, "으로"), word + (ro ? "로" : "으로"));
    num_ro += ro ? 1 : 0;
  }
  EXPECT_EQ(num_ro, 2 * 399);
}

TEST(Josa, ABracketDoesNotChangeTheParticle) {
  for (const std::string word : {"학교", "병원", "서울", "여덟"}) {
    const std::string plain = Josa(word, "으로").substr(word.size());
    EXPECT_EQ(Josa(word + "(가나다)", "으로"), word + "(가나다)" + plain);
  }
}

TEST(Josa, NumbersAgreeWithTheirSpelledReading) {
  for (int number = 0; number <= 10'000; ++number) {
    const std::string digits = std::to_string(number), reading = SinoReading(number);
    for (const char* form : {"은", "을", "으로", "이에요"}) {
      EXPECT_EQ(Josa(digits, form).substr(digits.size()),
                Josa(reading, form).substr(reading.size()))
          << number << form;
    }
  }
}

}  // namespace
}  // namespace plumbline::data::korean
