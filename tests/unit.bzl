"""Globbed unit tests: a new <file>_test.cc needs no BUILD edit."""

load("@rules_cc//cc:defs.bzl", "cc_test")

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
        cc_test(
            name = test,
            size = size,
            srcs = [source],
            args = args.get(test, []),
            data = data,
            tags = tags,
            deps = deps + ["//tests/testing", "@system//:gtest_main"],
        )
    for test in simulated:
        tests.append(test + "_simulated")
        cc_test(
            name = test + "_simulated",
            size = "medium",
            srcs = [test + ".cc"],
            args = args.get(test, []),
            data = data,
            tags = tags,
            deps = deps + [
                "//tests/testing",
                "//tests/testing/device:simulated_alone",
                "@system//:gtest_main",
            ],
        )
    native.test_suite(
        name = name,
        tests = tests,
        visibility = ["//visibility:public"],
    )
