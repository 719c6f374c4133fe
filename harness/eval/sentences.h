// Sentences of summaries, for the summary-level ROUGE-L. Called by evaluation; knows no score.
#ifndef PLUMBLINE_HARNESS_EVAL_SENTENCES_H_
#define PLUMBLINE_HARNESS_EVAL_SENTENCES_H_

#include <string>
#include <string_view>

namespace plumbline::eval {

// `text` (UTF-8) with each sentence on its own line, as rougeLsum wants its texts and as transformers' summarization
// examples prepare them. A sentence ends with `.`, `?` or `!` (or their full-width forms), closing quotes and brackets
// included, where white space follows; not behind an English title or initial ("Mr. Smith", "J. Kim"). Line breaks
// that are there stay. No token of any ROUGE tokenizer changes: white space alone does.
std::string OneSentencePerLine(std::string_view text);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_SENTENCES_H_
