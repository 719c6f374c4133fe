// What the gate tests look at: the data set as shipped, and one small correct item.
#ifndef PLUMBLINE_TESTS_DATA_SHIPPED_H_
#define PLUMBLINE_TESTS_DATA_SHIPPED_H_

#include <vector>

#include "tests/data/korean_gates.h"

namespace plumbline::data::korean {

struct DataSet {
  Items train, validation, test;
  Items ci;  // train's first rows, the ci profile
};

// Generated once a process.
const DataSet& Shipped();

std::vector<const Items*> AllSplits();

// For planting one mistake at a time.
Item GoodItem();

}  // namespace plumbline::data::korean

#endif  // PLUMBLINE_TESTS_DATA_SHIPPED_H_
