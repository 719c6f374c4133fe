// Numbers as text, both ways, without the locale: shortest decimal, hexadecimal, strict parsing.
#ifndef PLUMBLINE_HARNESS_BASE_NUMBER_H_
#define PLUMBLINE_HARNESS_BASE_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

// Shortest decimal text that reads back to the same double; "NaN", "Infinity", "-Infinity" else.
std::string ShortestDecimal(double value);

// Hexadecimal float, exact: 0x1.8p+1; "NaN", "Infinity", "-Infinity" else. One text per value.
std::string HexFloat(double value);

// Reads what HexFloat or ShortestDecimal wrote; nothing else may follow. nullopt when it is no number.
std::optional<double> ParseDouble(std::string_view text);

// Whole text is a decimal integer in range, optional '-'; else nullopt.
std::optional<int64_t> ParseInt(std::string_view text);

// Fixed digits after the point, e.g. Fixed(0.12345, 3) == "0.123". Ties as printf.
std::string Fixed(double value, int digits);

}  // namespace plumbline

#endif  // PLUMBLINE_HARNESS_BASE_NUMBER_H_
