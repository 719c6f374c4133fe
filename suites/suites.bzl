"""suite(name): a test that trains, measures and judges, and NAME.accept, which stores what it measured."""

# What every suite reads: both programs, presets with their checkpoints, the fixed data, the machine's key.
_INPUTS = [
    "//harness/cli:plumbline-engine",
    "//harness/data/korean:dataset",
    "//models:presets",
    "@machine//:key.txt",
]

def suite(name, size = "medium", tags = []):
    """One configuration, suites/NAME.yaml, held against baselines/NAME.

    Args:
      name: of the configuration file, of the baselines' folder and of the test.
      size: Bazel test size.
      tags: further tags; nightly suites say "manual", because they need a GPU and the weights.
    """
    config = name + ".yaml"
    data = _INPUTS + [config, "//baselines:" + name]
    words = [name, "suites/" + config]
    native.sh_test(
        name = name,
        size = size,
        srcs = ["suite.sh"],
        args = ["check"] + words,
        data = data + ["//harness/suite"],
        tags = tags + ["cpu:2"],
    )
    native.sh_binary(
        name = name + ".accept",
        srcs = ["suite.sh"],
        args = ["accept"] + words,
        data = data + ["//harness/suite"],
    )
