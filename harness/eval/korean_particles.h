// Korean particles at the end of a run of Hangul, by a closed list and the sound they need before
// them. Called by the `particle` tokenizer of ROUGE; an approximation of morphemes that needs no
// dictionary and never changes.
//
// Rules:
//  - a particle is cut off when its allomorph fits the final sound of what stays: eun after a
//  consonant, neun after
//    a vowel, ro after a vowel or rieul;
//  - the longest particle that fits is cut, but one that leaves a protected noun wins over a longer
//  one;
//  - before some particles another one may stand (e-seo + neun): up to two more are cut, of the
//  kinds that stack;
//  - at least one syllable stays, unless the run is attached to a tag, a number or Latin letters;
//  - protected nouns (korean_particles.cc) are never cut: their last syllable looks like a particle
//  and is none.
#ifndef PLUMBLINE_HARNESS_EVAL_KOREAN_PARTICLES_H_
#define PLUMBLINE_HARNESS_EVAL_KOREAN_PARTICLES_H_

#include <string_view>
#include <vector>

namespace plumbline::eval {

// `run` (Hangul in NFC) as stem and particles, in order; views into `run`. With `is_attached` the
// whole run may be particles.
std::vector<std::string_view> SplitParticles(std::string_view run, bool is_attached);

}  // namespace plumbline::eval

#endif  // PLUMBLINE_HARNESS_EVAL_KOREAN_PARTICLES_H_
