"""LibTorch from LIBTORCH_DIR, else from .deps/libtorch (made by ./plumbline); nothing is downloaded.

A CPU build is linked by files inside Bazel's tree, so that no absolute path enters an action. A CUDA build is linked where
it stands, because it finds NVIDIA's libraries by places relative to its own: whole with --config=cuda, its CPU part alone
without. --config=cuda with a CPU build is an error.
"""

_TRIED = [(2, 11), (2, 12), (2, 13)]

_BUILD = """
load("@plumbline//third_party/libtorch:libtorch.bzl", "failing_library")

cc_library(
    name = "libtorch",
    srcs = {srcs},
    linkopts = {linkopts},
    deps = {deps},
    hdrs = glob(
        ["include/**/*.h", "include/**/*.hpp", "include/**/*.cuh"],
        exclude = [
            "include/google/**",
            "include/oneapi/**",
            "include/pybind11/**",
            "include/tensorpipe/**",
            "include/fbgemm/**",
        ],
    ),
    includes = ["include", "include/torch/csrc/api/include"],
    visibility = ["//visibility:public"],
)

failing_library(
    name = "no_cuda",
    message = "{no_cuda}",
    tags = ["manual"],  # fails by design: only --config=cuda with a CPU build asks for it
)

exports_files(["digest.txt"])
"""

_CPU_SRCS = """glob([
        "lib/libtorch.so",
        "lib/libtorch_cpu.so",
        "lib/libc10.so",
        "lib/libgomp*.so*",
        # What the CPU part of a CUDA build links: third_party/setup/setup.sh puts them here.
        "lib/libcupti.so*",
        "lib/libcudart.so*",
    ])"""

def _failing_library_impl(ctx):
    fail(ctx.attr.message)

# A dependency that cannot be had: analysis ends with its message.
failing_library = rule(
    implementation = _failing_library_impl,
    attrs = {"message": attr.string(mandatory = True)},
)

# `whole` and `cpu` where --config=cuda decides.
def _by_config(whole, cpu):
    return "select({\"@plumbline//third_party/libtorch:with_cuda\": %s, \"//conditions:default\": %s})" % (whole, cpu)

def _link_where_it_stands(lib, names):
    return ["-L" + lib, "-Wl,-rpath," + lib, "-Wl,--no-as-needed"] + ["-l" + name for name in names]

def _build_file(directory, is_cuda):
    if not is_cuda:
        return _BUILD.format(
            srcs = _CPU_SRCS,
            linkopts = "[]",
            deps = _by_config("[\":no_cuda\"]", "[]"),
            no_cuda = "LibTorch: found a CPU build in %s, wanted a CUDA build for --config=cuda; try LIBTORCH_DIR=DIR with one (lib/libtorch_cuda.so), or no --config=cuda" % directory,
        )
    lib = directory + "/lib"
    return _BUILD.format(
        srcs = "[]",
        linkopts = _by_config(
            repr(_link_where_it_stands(lib, ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"])),
            repr(_link_where_it_stands(lib, ["c10", "torch_cpu"])),
        ),
        deps = "[]",
        no_cuda = "unused",
    )

def _version_of(repository_ctx, directory):
    header = directory + "/include/torch/headeronly/version.h"
    if not repository_ctx.path(header).exists:
        header = directory + "/include/torch/csrc/api/include/torch/version.h"
    if not repository_ctx.path(header).exists:
        fail("LibTorch: found no version.h under %s/include, wanted a LibTorch of 2.11 to 2.13; try ./plumbline suites, or set LIBTORCH_DIR to a directory with include/ and lib/" % directory)
    parts = {}
    for line in repository_ctx.read(header).split("\n"):
        words = [w for w in line.split(" ") if w]
        if len(words) == 3 and words[0] == "#define" and words[1].startswith("TORCH_VERSION_M"):
            parts[words[1]] = int(words[2])
    return (parts.get("TORCH_VERSION_MAJOR", 0), parts.get("TORCH_VERSION_MINOR", 0))

def _check_loads(repository_ctx, directory):
    """The loader itself is asked: a missing dependency or a wrong architecture shows here, not in a test."""
    library = directory + "/lib/libtorch_cpu.so"
    if not repository_ctx.path(library).exists:
        fail("LibTorch: found no %s, wanted LibTorch's libraries; try ./plumbline suites, or set LIBTORCH_DIR" % library)
    result = repository_ctx.execute(["/bin/true"], environment = {"LD_PRELOAD": library})
    if result.return_code != 0 or "cannot be preloaded" in result.stderr or "error while loading" in result.stderr:
        fail("LibTorch: found a library that does not load (%s), wanted one that does; try removing .deps and ./plumbline suites, or another LIBTORCH_DIR" % result.stderr.strip())

def _libtorch_repository_impl(repository_ctx):
    directory = repository_ctx.os.environ.get("LIBTORCH_DIR", "")
    if not directory:
        directory = str(repository_ctx.path(Label("//:WORKSPACE")).dirname) + "/.deps/libtorch"
    if not repository_ctx.path(directory + "/include").exists:
        fail("LibTorch: found no %s/include, wanted LibTorch's headers; try ./plumbline suites, which installs it, or set LIBTORCH_DIR" % directory)
    version = _version_of(repository_ctx, directory)
    if version not in _TRIED:
        fail("LibTorch: found version %d.%d in %s, wanted 2.11 to 2.13; try another LIBTORCH_DIR" % (version[0], version[1], directory))
    _check_loads(repository_ctx, directory)
    repository_ctx.symlink(directory + "/include", "include")
    repository_ctx.symlink(directory + "/lib", "lib")
    digest = repository_ctx.execute(["sha256sum", directory + "/lib/libtorch_cpu.so"])
    repository_ctx.file("digest.txt", "%d.%d %s\n" % (version[0], version[1], digest.stdout.split(" ")[0]))
    is_cuda = repository_ctx.path(directory + "/lib/libtorch_cuda.so").exists
    repository_ctx.file("BUILD", _build_file(directory, is_cuda))

libtorch_repository = repository_rule(
    implementation = _libtorch_repository_impl,
    configure = True,
    environ = ["LIBTORCH_DIR"],
    local = True,
)
