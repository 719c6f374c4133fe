// Particles that agree with the final sound of the word before them. Used for every {slot+particle}
// of the frames and by the checks. It never guesses: a word without a known reading is an error.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_JOSA_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_JOSA_H_

#include <string>
#include <string_view>

#include "harness/base/korean_sound.h"

namespace plumbline::data::korean {

// How `word` ends when read aloud: Hangul, masks (#Person1#), numbers in digits, units, letter
// names, brackets and closing marks skipped. Errors: kData when there is no reading (lone jamo,
// empty, unknown Latin word or mask).
FinalSound FinalSoundOf(std::string_view word);

// `word` (composed) followed by the particle `form`, named by its after-consonant shape: `은` gives
// 은 or 는. A form that does not change (에, 에서, 도, ...) is appended; 나, 저, 너, 누구 have
// their own subject forms. Errors: kData for an unknown form or a word without a reading.
std::string Josa(std::string_view word, std::string_view form);

// True when Josa accepts `form`.
bool IsJosaForm(std::string_view form);

// True when the shape of `form` depends on the word before it.
bool IsVariableForm(std::string_view form);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_JOSA_H_
