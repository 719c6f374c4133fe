"""The generated data files as build outputs: a directory made by the generate program, the same bytes everywhere."""

def _korean_dataset_impl(ctx):
    directory = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run(
        executable = ctx.executable._generate,
        arguments = ["--out", directory.path, "--splits", ",".join(ctx.attr.splits)],
        outputs = [directory],
        mnemonic = "KoreanDataset",
        progress_message = "Generating the Korean data set: %s" % ctx.label.name,
    )
    return [DefaultInfo(files = depset([directory]), runfiles = ctx.runfiles([directory]))]

# cfg = "target": the generator is compiled once, for tests and data alike.
korean_dataset = rule(
    implementation = _korean_dataset_impl,
    attrs = {
        "splits": attr.string_list(mandatory = True),
        "_generate": attr.label(
            default = "//harness/data/korean:generate",
            executable = True,
            cfg = "target",
        ),
    },
)
