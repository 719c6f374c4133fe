"""Writes tests/golden/quantization/codec.safetensors: weights that bitsandbytes' CPU backend quantized to 4 bits, what
it stored, and what it made of that again.

    python tests/tools/make_quantization_goldens.py tests/golden/quantization

Tensors are named CASE/PART. A case is code.scales.dtype.values; its parts are input, packed, absmax, dequantized values
(float32, bfloat16, float16) and, with double quantization, group_absmax, offset and map.
"""

import hashlib
import json
import pathlib
import sys

import bitsandbytes
import bitsandbytes.functional as functional
import torch
from safetensors.torch import save_file

OUT = pathlib.Path(sys.argv[1])
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def weights():
    generator = torch.Generator().manual_seed(20260101)

    def normal(*shape):
        return torch.randn(shape, generator=generator)

    zeros_in_part = normal(5, 64)
    zeros_in_part[1:3] = 0
    # Every bound between two codes, from both sides, for a scale of 1.
    nf4, fp4 = (functional.get_4bit_type(name, "cpu").sort()[0] for name in ("nf4", "fp4"))
    bounds = torch.cat([(code[:-1] + code[1:]) / 2 for code in (nf4, fp4)])
    around = torch.cat([bounds, torch.nextafter(bounds, torch.tensor(2.0)), torch.nextafter(bounds, torch.tensor(-2.0))])
    blocks = torch.zeros(2, 64)
    blocks[0, :45], blocks[1, :45] = around[:45], around[45:]
    blocks[:, 63] = 1
    return {
        "random": normal(9, 128),
        "short_block": normal(11, 26),
        "odd": normal(7, 13),
        "one": normal(1, 1),
        "constant": torch.full((3, 50), -0.3),
        "zero": torch.zeros(3, 40),
        "zero_in_part": zeros_in_part,
        "huge": normal(4, 70).clamp(-3, 3) * 2e4,
        "tiny": normal(4, 70) * 1e-6,
        "bounds": blocks,
    }


def add_case(tensors, name, weight, code, double):
    packed, state = functional.quantize_4bit(weight.clone(), compress_statistics=double, quant_type=code)
    tensors[name + "/input"] = weight
    tensors[name + "/packed"] = packed
    tensors[name + "/absmax"] = state.absmax
    if double:
        tensors[name + "/group_absmax"] = state.state2.absmax
        tensors[name + "/offset"] = state.offset.reshape(1)
        tensors[name + "/map"] = state.state2.code.clone()
    for dtype_name, dtype in DTYPES.items():
        state.dtype = dtype
        tensors[f"{name}/{dtype_name}"] = functional.dequantize_4bit(packed, state).reshape(weight.shape)


def main():
    tensors = {}
    for code in ("nf4", "fp4"):
        for scales in ("single", "double"):
            for dtype_name, dtype in DTYPES.items():
                for values, weight in weights().items():
                    # Half inputs: one multiple of a block, one not, one that overflows no type.
                    if dtype_name != "float32" and values not in ("random", "short_block", "huge"):
                        continue
                    add_case(tensors, f"{code}.{scales}.{dtype_name}.{values}", weight.to(dtype), code,
                             scales == "double")
    generator = torch.Generator().manual_seed(7)
    # More than one group of block scales, the second one short; scales spread over decades.
    groups = torch.randn(300, 64, generator=generator) * torch.logspace(-3, 1, 300).unsqueeze(1)
    add_case(tensors, "nf4.double.float32.groups", groups[:, :64].reshape(100, 192).contiguous(), "nf4", True)
    largest = torch.randn(4, 70, generator=generator).clamp(-2, 2) * 1.5e38
    add_case(tensors, "nf4.single.float32.largest", largest, "nf4", False)
    path = OUT / "codec.safetensors"
    save_file(tensors, path, metadata={"format": "pt"})
    manifest = {
        "command": "python tests/tools/make_quantization_goldens.py tests/golden/quantization",
        "versions": {"bitsandbytes": bitsandbytes.__version__, "torch": torch.__version__,
                     "python": sys.version.split()[0]},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest()},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()
