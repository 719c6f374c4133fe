// Porter's stemmer as NLTK's PorterStemmer has it in its default mode, NLTK_EXTENSIONS (NLTK 3.10):
// irregular forms, -ies and -ied of four letters, y to i after a consonant, alli before the rest of
// step 2, fulli and logi. Called by the `ascii` tokenizer of ROUGE.
#ifndef PLUMBLINE_HARNESS_EVAL_PORTER_STEMMER_H_
#define PLUMBLINE_HARNESS_EVAL_PORTER_STEMMER_H_

#include <string>

namespace plumbline::eval {

// The stem of a word of a-z and 0-9. Words of one or two letters come back as they are.
std::string PorterStem(std::string word);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_PORTER_STEMMER_H_
