// Rules about what a finished item means: sums of money, who says what, words that need something said before. An
// item that breaks one is drawn again; the gates hold the shipped rows against the same rules.
#ifndef PLUMBLINE_HARNESS_DATA_KOREAN_SENSE_CHECK_H_
#define PLUMBLINE_HARNESS_DATA_KOREAN_SENSE_CHECK_H_

#include <string>
#include <string_view>
#include <vector>

#include "harness/data/korean/item.h"

namespace plumbline::data::korean {

// Each function returns what is wrong, one message a finding; empty: nothing.

// A summary that names a discount and a sum paid: the sum is the price less the discount.
std::vector<std::string> CheckPrices(const Item& item);

// Staff do not take leave of customers as customers do of staff.
std::vector<std::string> CheckServerTurns(const Item& item);

// "See you then" needs a time that was said before.
std::vector<std::string> CheckGoodbyes(const Item& item);

// All of the rules.
std::vector<std::string> CheckSense(const Item& item);

// A wish that customers may leave staff with, and staff never customers.
bool IsCustomersGoodbye(std::string_view text);

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_HARNESS_DATA_KOREAN_SENSE_CHECK_H_
