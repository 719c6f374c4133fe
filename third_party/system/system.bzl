"""Debian's C++ libraries. Their versions are an input of every compilation that uses them."""

# name -> (Debian package, link options)
_LIBRARIES = {
    "benchmark": ("libbenchmark-dev", ["-lbenchmark", "-lpthread"]),
    "gtest": ("libgtest-dev", ["-lgmock", "-lgtest", "-lpthread"]),
    "gtest_main": ("libgmock-dev", ["-lgmock_main", "-lgmock", "-lgtest", "-lpthread"]),
    "mpi": ("libopenmpi-dev", ["-l:libmpi.so.40"]),
    "nlohmann_json": ("nlohmann-json3-dev", []),
    "sentencepiece": ("libsentencepiece-dev", ["-lsentencepiece"]),
    "sentencepiece_train": ("libsentencepiece-dev", ["-lsentencepiece_train", "-lsentencepiece"]),
    "utf8proc": ("libutf8proc-dev", ["-lutf8proc"]),
    "yaml_cpp": ("libyaml-cpp-dev", ["-lyaml-cpp"]),
}

# name -> headers outside the compiler's own directories
_HEADERS = {"mpi": "/usr/lib/x86_64-linux-gnu/openmpi/include"}

_TARGET = """
cc_library(
    name = "{name}",
    hdrs = ["{name}/plumbline_system_version.h"] + glob(["{name}/include/**/*.h"]),
    includes = {includes},
    linkopts = {linkopts},
    visibility = ["//visibility:public"],
)
"""

def _system_repository_impl(repository_ctx):
    build = "# Generated: one target a Debian library; the header exists so that an upgrade recompiles.\n"
    for name, (package, linkopts) in _LIBRARIES.items():
        query = repository_ctx.execute(["dpkg-query", "-W", "-f", "${Version}", package])
        if query.return_code != 0:
            fail("system library: found no package %s, wanted it installed; try ./plumbline suites, which installs it" % package)
        repository_ctx.file(
            name + "/plumbline_system_version.h",
            "// %s %s\n" % (package, query.stdout),
        )
        includes = []
        if name in _HEADERS:
            repository_ctx.symlink(_HEADERS[name], name + "/include")
            includes = [name + "/include"]
        build += _TARGET.format(name = name, linkopts = repr(linkopts), includes = repr(includes))
    repository_ctx.file("BUILD", build)

system_repository = repository_rule(
    implementation = _system_repository_impl,
    configure = True,
    local = True,
)
