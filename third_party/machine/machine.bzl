"""@machine//:key.txt: the fields that decide whether numbers of two machines may be compared.

An input of every suite, so that no cache serves another machine's PASS. Fields, not a hash: a mismatch is named.
"""

# Instruction sets that change which kernels LibTorch and MKL choose.
_ISA = ["avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16"]

_PACKAGES = ["libsentencepiece-dev", "libyaml-cpp-dev", "nlohmann-json3-dev", "libc6"]

def _cpuinfo(repository_ctx):
    fields = {}
    for line in repository_ctx.execute(["cat", "/proc/cpuinfo"]).stdout.split("\n"):
        if ":" in line:
            name, _, value = line.partition(":")
            if name.strip() not in fields:
                fields[name.strip()] = value.strip()
    return fields

def _machine_repository_impl(repository_ctx):
    cpu = _cpuinfo(repository_ctx)
    flags = cpu.get("flags", "").split(" ")
    rows = {
        "cpu.model": cpu.get("model name", "unknown"),
        "cpu.vendor": cpu.get("vendor_id", "unknown"),
        "cpu.family_model_stepping": "%s/%s/%s" % (cpu.get("cpu family", "?"), cpu.get("model", "?"), cpu.get("stepping", "?")),
        "cpu.isa": ",".join([f for f in _ISA if f in flags]),
        "cpu.logical": repository_ctx.execute(["nproc"]).stdout.strip(),
        "compiler": repository_ctx.execute(["sh", "-c", "${CXX:-g++} -dumpfullversion"]).stdout.strip(),
        "kernel.machine": repository_ctx.execute(["uname", "-m"]).stdout.strip(),
        "libtorch": repository_ctx.read(Label("@libtorch//:digest.txt")).strip(),
    }
    for package in _PACKAGES:
        query = repository_ctx.execute(["dpkg-query", "-W", "-f", "${Version}", package])
        rows["package." + package] = query.stdout.strip() if query.return_code == 0 else "none"

    # Only where there is one: keys of other machines stay as they are.
    gpu = repository_ctx.execute(["sh", "-c", "! command -v nvidia-smi > /dev/null || nvidia-smi --query-gpu=name,driver_version --format=csv,noheader"])
    if gpu.return_code == 0 and gpu.stdout.strip():
        rows["gpu"] = "; ".join(gpu.stdout.strip().split("\n"))
    text = "".join(["%s = %s\n" % (name, rows[name]) for name in sorted(rows)])
    repository_ctx.file("key.txt", text)
    repository_ctx.file("BUILD", "exports_files([\"key.txt\"])\n")

machine_repository = repository_rule(
    implementation = _machine_repository_impl,
    configure = True,
    environ = ["LIBTORCH_DIR", "CXX"],
    local = True,
)
