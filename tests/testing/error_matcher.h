// EXPECT_ERROR(statement, kind, "part of the message"): the one way tests look at errors.
#ifndef PLUMBLINE_TESTS_TESTING_ERROR_MATCHER_H_
#define PLUMBLINE_TESTS_TESTING_ERROR_MATCHER_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

#define EXPECT_ERROR(statement, expected_kind, message_part)                          \
  try {                                                                               \
    statement;                                                                        \
    ADD_FAILURE() << "no error from: " #statement;                                    \
  } catch (const ::plumbline::Error& error) {                                         \
    EXPECT_EQ(error.kind(), expected_kind) << error.what();                           \
    EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr(message_part));       \
  }

#endif  // PLUMBLINE_TESTS_TESTING_ERROR_MATCHER_H_
