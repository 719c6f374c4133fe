"""Debian's packaged rules_cc, made to load under Bazel 4.2.3."""

_PACKAGED = "/usr/share/bazel/rules/cc"

# Two files load use_cpp_toolchain, which Bazel 4.2.3's tools lack; its value is this list.
_PATCHED = [
    "cc/private/rules_impl/cc_flags_supplier.bzl",
    "cc/private/rules_impl/compiler_flag.bzl",
]

def _packaged_rules_cc_impl(repository_ctx):
    packaged = repository_ctx.path(_PACKAGED)
    if not packaged.exists:
        fail("rules_cc: found nothing at %s, wanted Debian's package; try ./plumbline suites" % _PACKAGED)
    copied = repository_ctx.execute(["cp", "-rL", _PACKAGED + "/.", "."])
    if copied.return_code != 0:
        fail("rules_cc: copying %s failed: %s" % (_PACKAGED, copied.stderr))
    for name in _PATCHED:
        text = repository_ctx.read(name)
        text = text.replace("\"find_cpp_toolchain\", \"use_cpp_toolchain\"", "\"find_cpp_toolchain\"")
        text = text.replace("use_cpp_toolchain()", "[\"@bazel_tools//tools/cpp:toolchain_type\"]")
        repository_ctx.file(name, text)

packaged_rules_cc = repository_rule(implementation = _packaged_rules_cc_impl)
