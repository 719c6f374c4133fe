// The named messages of prompt.template: plain requests and step-by-step ones, in English and in
// Korean.
#include "harness/data/prompt.h"

namespace plumbline::data {
namespace {

constexpr char kExample[] = "Example {number}\n\nDialogue:\n{dialogue}\n\nSummary:\n{summary}\n\n";
constexpr char kKoreanExample[] = "[보기 {number}]\n\n대화:\n{dialogue}\n\n요약:\n{summary}\n\n";

}  // namespace

const std::vector<PromptTemplate>& PromptTemplates() {
  static const std::vector<PromptTemplate> templates = {
      {"summarize",
       "Summarize the dialogue below in one to three sentences. Keep the speakers' names.\n\n"
       "Dialogue:\n{dialogue}\n\nSummary:\n",
       kExample},
      {"chain_of_thought",
       "Read the dialogue below and work through it step by step: first who speaks, then what each "
       "of them wants, then what they decide or do. Keep these notes to yourself and write down "
       "nothing but a summary of one to three sentences.\n\n"
       "Dialogue:\n{dialogue}\n\nSummary:\n",
       kExample},
      {"summarize_ko",
       "아래 대화를 한 문장에서 세 문장으로 요약하십시오. 말하는 이의 이름은 그대로 쓰십시오.\n\n"
       "대화:\n{dialogue}\n\n요약:\n",
       kKoreanExample},
      {"chain_of_thought_ko",
       "아래 대화를 차례대로 따져 보십시오. 먼저 누가 말하는지, 다음으로 각자 무엇을 바라는지, "
       "끝으로 무엇을 정하거나 하는지 살핍니다. 이 과정은 적지 말고 한 문장에서 세 문장의 요약만 "
       "쓰십시오.\n\n대화:\n{dialogue}\n\n요약:\n",
       kKoreanExample},
      {"dialogue", "{dialogue}", kExample},
  };
  return templates;
}

}  // namespace plumbline::data
