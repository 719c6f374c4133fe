"""Globbed unit tests: a new <file>_test.cc needs no BUILD edit."""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

def unit_tests(deps, data = [], size = "small", args = {}, name = "unit", tags = [], simulated = []):
    """One cc_test per *_test.cc of this package, and a test_suite of them all.

    Args:
      deps: what every test of the package may include (GoogleTest and //tests/testing are added).
      data: files every test may read.
      size: Bazel test size.
      args: test name -> program arguments.
      name: name of the test_suite.
      tags: Bazel tags of every test.
      simulated: tests that run once more on the simulated device, as TEST_simulated, which fails when it ran elsewhere.
    """
    tests = []
    for source in native.glob(["*_test.cc"]):
        test = source[:-len(".cc")]
        tests.append(test)
        cases = deps + ["//tests/testing", "@system//:gtest_main"]
        if test in simulated:
            # Compiled once for both programs.
            cc_library(
                name = test + "_cases",
                testonly = True,
                srcs = [source],
                tags = tags,
                deps = cases,
                alwayslink = True,
            )
            cases = [":" + test + "_cases", "@system//:gtest_main"]
            tests.append(test + "_simulated")
            cc_test(
                name = test + "_simulated",
                size = "medium",
                args = args.get(test, []),
                data = data,
                tags = tags,
                deps = cases + ["//tests/testing/device:simulated_alone"],
            )
        cc_test(
            name = test,
            size = size,
            srcs = [] if test in simulated else [source],
            args = args.get(test, []),
            data = data,
            tags = tags,
            deps = cases,
        )
    for test in simulated:
        if test not in tests:
            fail("simulated names %s, wanted one of this package's tests" % test)
    native.test_suite(
        name = name,
        tests = tests,
        visibility = ["//visibility:public"],
    )
