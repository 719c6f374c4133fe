// The four Unicode normal forms as the tokenizers library 0.23 makes them (Unicode 9 tables), with
// the alignment of every character. Called by the normalizers.
#ifndef PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_UNICODE_FORMS_H_
#define PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_UNICODE_FORMS_H_

#include <string_view>
#include <vector>

#include "harness/data/tokenizer_json/aligned_text.h"

namespace plumbline::data::tokenizer_json {

struct UnicodeForm {
  bool composed = true;      // NFC, NFKC
  bool compatible = false;  // NFKC, NFKD
};

// Puts `text` into the form.
void ToForm(UnicodeForm form, AlignedText& text);

}  // namespace plumbline::data::tokenizer_json

#endif  // PLUMBLINE_HARNESS_DATA_TOKENIZER_JSON_UNICODE_FORMS_H_
