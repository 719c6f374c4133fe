"""End-to-end tests that start the engine in a folder of their own (tests/e2e/incident/miniature.h)."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def engine_test(name, data = [], deps = []):
    """A cc_test of NAME.cc with the engine in its runfiles.

    Args:
      name: of the test and its source.
      data: what else it reads.
      deps: what else it includes.
    """
    cc_test(
        name = name,
        size = "medium",
        srcs = [name + ".cc"],
        data = data + [
            "//harness/cli:plumbline-engine",
            "@machine//:key.txt",
        ],
        tags = ["torch"],
        deps = deps + [
            "//harness/base",
            "//tests/e2e/incident:miniature",
            "//tests/testing",
            "@system//:gtest_main",
        ],
    )
