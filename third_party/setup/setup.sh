# Set-up: Debian packages and LibTorch. Idempotent; seconds when nothing is missing; says what it installs.
# Sourced by ./plumbline. Needs Debian 12, x86-64, Python 3.11+ with pip, root or sudo.

readonly TORCH_VERSION=2.13.0
readonly PACKAGES=(
  g++ make binutils bazel-bootstrap bazel-rules-cc bazel-platforms file zip unzip
  libsentencepiece-dev libgtest-dev libgmock-dev libbenchmark-dev nlohmann-json3-dev libyaml-cpp-dev
  libutf8proc-dev openmpi-bin libopenmpi-dev
)

say() { printf 'plumbline: %s\n' "$*" >&2; }

fail() {
  say "$*"
  exit 4
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    fail "installing packages: found neither root nor sudo, wanted one of them; try as root: apt-get install ${PACKAGES[*]}"
  fi
}

install_packages() {
  command -v dpkg-query > /dev/null ||
    fail "set-up: found no dpkg, wanted Debian 12 (other systems are untried); try installing Bazel 4.2.3, g++ 12 and the libraries of third_party/setup/setup.sh by hand"
  local missing=() package
  for package in "${PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing Debian packages: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 ||
    fail "set-up: found apt-get update failing, wanted a package list; try it by hand"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 ||
    fail "set-up: found apt-get install failing, wanted ${missing[*]}; try it by hand"
}

# A wheel without +cpu is a CUDA build: its CPU part runs alone once two small libraries of CUDA's are beside it, and
# everything that needs a GPU's libraries stays behind.
keep_cpu_part() {
  local tree=$1 work=$2
  [ -e "$tree/lib/libtorch_cuda.so" ] || return 0
  rm -f "$tree"/lib/libtorch.so "$tree"/lib/lib*cuda*.so "$tree"/lib/libtorch_{nvshmem,python,global_deps}.so "$tree"/lib/libcaffe2_nvrtc.so
  python3 -m pip download -q --no-deps --dest "$work/cuda" nvidia-cuda-cupti==13.0.85 nvidia-cuda-runtime==13.0.96 > "$work/log" 2>&1 ||
    fail "fetching LibTorch: found pip failing ($(tail -n 1 "$work/log")), wanted what the CPU part of torch $TORCH_VERSION links; try again with a network, or set LIBTORCH_DIR"
  unzip -q -j "$work/cuda/nvidia_cuda_cupti-*.whl" 'nvidia/*/lib/libcupti.so.13' -d "$tree/lib"
  unzip -q -j "$work/cuda/nvidia_cuda_runtime-*.whl" 'nvidia/*/lib/libcudart.so.13' -d "$tree/lib"
}

# Headers and libraries out of PyPI's wheel; the rest of the wheel stays behind.
install_libtorch() {
  local root=$1
  [ -z "${LIBTORCH_DIR:-}" ] || return 0
  [ "$(cat "$root/.deps/libtorch/.complete" 2> /dev/null || true)" != "$TORCH_VERSION" ] || return 0
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null ||
    fail "set-up: found no Python 3.11 or newer, wanted it to fetch LibTorch; try apt-get install python3 python3-pip, or set LIBTORCH_DIR"
  python3 -m pip --version > /dev/null 2>&1 ||
    fail "set-up: found no pip, wanted it to fetch LibTorch; try apt-get install python3-pip, or set LIBTORCH_DIR"
  local work="$root/.deps/work"
  rm -rf "$work"
  mkdir -p "$work/wheel" "$work/tree"
  say "fetching LibTorch $TORCH_VERSION (190 MB; 530 MB where only the CUDA build is offered) into .deps/libtorch"
  python3 -m pip download -q --no-deps --dest "$work/wheel" "torch==$TORCH_VERSION+cpu" > "$work/log" 2>&1 ||
    python3 -m pip download -q --no-deps --dest "$work/wheel" "torch==$TORCH_VERSION" > "$work/log" 2>&1 ||
    fail "fetching LibTorch: found pip failing ($(tail -n 1 "$work/log")), wanted torch $TORCH_VERSION; try again with a network, or set LIBTORCH_DIR"
  unzip -q "$work"/wheel/torch-*.whl 'torch/include/*' 'torch/lib/*' -d "$work/tree" ||
    fail "unpacking LibTorch: found a broken wheel, wanted torch $TORCH_VERSION; try again"
  keep_cpu_part "$work/tree/torch" "$work"
  printf '%s\n' "$TORCH_VERSION" > "$work/tree/torch/.complete"
  rm -rf "$root/.deps/libtorch"
  mv "$work/tree/torch" "$root/.deps/libtorch"
  rm -rf "$work"
}

set_up() {
  install_packages
  install_libtorch "$1"
}
