// Particles that Korean texts leave open ("500을(를)") take the form that the word before them asks for.
#ifndef PLUMBLINE_HARNESS_AUDIT_KOREAN_PARTICLES_H_
#define PLUMBLINE_HARNESS_AUDIT_KOREAN_PARTICLES_H_

#include <string>
#include <string_view>

namespace plumbline::audit {

// Appends `text`, whose open particles follow what stands before them, in `out` too; what `out` holds
// already stays as it is.
void AppendWithParticles(std::string_view text, std::string& out);
// By the last syllable, digit or Latin letter before it as Koreans read it; left open where that is
// not known.
std::string WithParticles(std::string_view text);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_KOREAN_PARTICLES_H_
