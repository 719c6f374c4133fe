"""For targets that call at::parallel_for: they depend on //third_party/libtorch:parallel and are compiled with these."""

PARALLEL_COPTS = ["-fopenmp"]
