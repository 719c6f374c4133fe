"""perf_program(name): a Google Benchmark program, and NAME_smoke, a test that runs it briefly."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def perf_program(name, deps, torch = False):
    """NAME.cc as a program, and its smoke twin.

    Args:
      name: of the program and its source.
      deps: what it measures.
      torch: whether it links LibTorch.
    """
    cc_binary(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        deps = deps + [
            ":flags",
            "//harness/base",
            "@system//:benchmark",
        ] + (["@libtorch"] if torch else []),
    )
    cc_test(
        name = name + "_smoke",
        size = "small",
        args = ["$(rootpath :%s)" % name, name],
        data = [
            ":" + name,
            "//models:presets",
        ],
        tags = ["torch"] if torch else [],
        deps = [
            ":smoke_test",
            "@system//:gtest",
        ],
    )
