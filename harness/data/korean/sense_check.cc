#include "harness/data/korean/sense_check.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <regex>

#include "harness/data/korean/catalog.h"

namespace plumbline::data::korean {
namespace {

constexpr int64_t kTenThousand = 10'000, kThousand = 1'000;

int64_t NumberOf(const std::ssub_match& digits) {
  return digits.matched ? std::stoll(digits.str()) : 0;
}

// "3만 5천 원" -> 35,000; from a match whose groups 1 and 2 are the two numbers.
int64_t WonOf(const std::smatch& match) {
  return NumberOf(match[1]) * kTenThousand + NumberOf(match[2]) * kThousand;
}

std::optional<int64_t> ParseWon(const std::string& text) {
  static const std::regex pattern("(?:(\\d+)만)? ?(?:(\\d+)천)? ?원.*");
  std::smatch match;
  if (!std::regex_match(text, match, pattern)) return std::nullopt;
  return WonOf(match);
}

// "20% 할인" or "5천 원 할인" off `price`.
int64_t Discounted(int64_t price, const std::string& discount) {
  const size_t percent = discount.find('%');
  if (percent != std::string::npos) return price - price * std::stoll(discount) / 100;
  return price - ParseWon(discount).value_or(0);
}

// Sums that somebody pays or takes: "... 원에 판다", "... 원을 내기로 한다".
std::vector<int64_t> PaidIn(const std::string& text) {
  static const std::regex paid("(?:(\\d+)만)? ?(?:(\\d+)천)? ?원(?:에 (?:판|팔|사|산|주)|을 내)");
  std::vector<int64_t> sums;
  for (std::sregex_iterator it(text.begin(), text.end(), paid), end; it != end; ++it)
    sums.push_back(WonOf(*it));
  return sums;
}

const Frame* FrameOf(const Item& item) {
  for (const Frame& frame : Frames()) {
    if (frame.id == item.topic_id) return &frame;
  }
  return nullptr;
}

std::string TagOf(const Item& item, char role) {
  const auto found = item.roles.find(std::string(1, role));
  return found == item.roles.end() ? "" : found->second;
}

bool HoldsAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

bool NamesATime(std::string_view text) {
  return HoldsAny(text, {"요일", "오늘", "내일", "모레", "주말", "다음 주", "이번 주", "다음 달", "월 ", "오전",
                         "오후", "저녁", "아침", "방과 후", "시에", "시로", "시쯤", "시 반", "주년", "마지막 주"});
}

// "그때 봬요", "그날 뵙겠습니다", "그때 만나요" ...
bool TakesLeaveUntilThen(const std::string& text) {
  static const std::regex then("(?:그때|그날) (?:봬|뵐|뵙|봐|보자|만나|갈게|올게)");
  return std::regex_search(text, then);
}

}  // namespace

bool IsCustomersGoodbye(std::string_view text) { return HoldsAny(text, {"수고하세요", "수고하십시오"}); }

std::vector<std::string> CheckPrices(const Item& item) {
  std::vector<std::string> findings;
  const auto price = item.slots.find("금액"), discount = item.slots.find("할인");
  if (price == item.slots.end() || discount == item.slots.end()) return findings;
  const auto full = ParseWon(price->second);
  if (!full.has_value()) return {"no sum of money: " + price->second};
  std::vector<std::string> summaries = item.more_summaries;
  summaries.push_back(item.summary);
  for (const std::string& summary : summaries) {
    if (summary.find(discount->second) == std::string::npos) continue;
    for (const int64_t sum : PaidIn(summary)) {
      if (sum != Discounted(*full, discount->second))
        findings.push_back("not the price less the discount: " + summary);
    }
  }
  return findings;
}

std::vector<std::string> CheckServerTurns(const Item& item) {
  std::vector<std::string> findings;
  const Frame* frame = FrameOf(item);
  if (frame == nullptr || frame->server == '\0') return findings;
  const std::string tag = TagOf(item, frame->server) + ": ";
  for (size_t begin = 0; begin < item.dialogue.size();) {
    const size_t end = std::min(item.dialogue.find('\n', begin), item.dialogue.size());
    const std::string line = item.dialogue.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with(tag) && IsCustomersGoodbye(line))
      findings.push_back("staff speak as customers do: " + line);
  }
  return findings;
}

std::vector<std::string> CheckGoodbyes(const Item& item) {
  std::string before;
  for (const std::string& turn : item.turns) {
    before += turn + "\n";
    if (TakesLeaveUntilThen(turn) && !NamesATime(before)) return {"until when? " + turn};
  }
  return {};
}

std::vector<std::string> CheckSense(const Item& item) {
  std::vector<std::string> all;
  for (const auto& findings : {CheckPrices(item), CheckServerTurns(item), CheckGoodbyes(item)})
    all.insert(all.end(), findings.begin(), findings.end());
  return all;
}

}  // namespace plumbline::data::korean
