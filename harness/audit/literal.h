// Values as programs print them: JSON (with NaN and Infinity, as Python writes it) and Python
// literals (single quotes, None, tuples, comments, 1_000). Numbers keep their text, every value its
// line. Serves trainer_state.json and dict lines of logs alike; knows nothing of their meaning.
#ifndef PLUMBLINE_HARNESS_AUDIT_LITERAL_H_
#define PLUMBLINE_HARNESS_AUDIT_LITERAL_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/json.h"

namespace plumbline::audit {

struct Literal {
  enum class Kind { kNull, kBool, kNumber, kText, kList, kMap };

  Kind kind = Kind::kNull;
  std::string text;  // of a number as printed; of a text unescaped; "true" or "false"
  int line = 0;
  std::string comment;  // Python's `# ...` after the value on its line, trimmed
  std::vector<Literal> items;
  std::vector<std::pair<std::string, Literal>> members;  // in order; repeats possible

  const Literal* Find(std::string_view name) const;
  bool IsMap() const { return kind == Kind::kMap; }
  bool IsList() const { return kind == Kind::kList; }
};

inline constexpr int kDeepestLiteral = 256;

// The value that begins at text[*position]; *position moves behind it, or to where reading stopped.
// nullopt: no literal there (also: nested deeper than kDeepestLiteral, or broken); *problem then
// says what and in which line.
std::optional<Literal> ParseLiteral(std::string_view text, size_t* position, int first_line,
                                    std::string* problem);

// A whole file. Errors: kData with file and line when it is not one literal.
Literal ParseLiteralFile(std::string_view text, const std::string& file);

// As JSON; NaN and infinities become texts.
Json ToJson(const Literal& literal);

}  // namespace plumbline::audit

#endif  // PLUMBLINE_HARNESS_AUDIT_LITERAL_H_
