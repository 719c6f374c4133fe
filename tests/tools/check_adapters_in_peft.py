"""Loads in peft the adapters that tests/parity/lora trained and saved, and compares logits.

    bazel test //tests/parity/lora:lora_test
    python tests/tools/check_adapters_in_peft.py bazel-testlogs/tests/parity/lora/lora_test/test.outputs/outputs.zip

Prints the largest logit difference a family; exits 1 when one is above 1e-5 or a tensor is left over or missing.
"""

import json
import pathlib
import sys
import tempfile
import warnings
import zipfile

import peft
import torch
from safetensors.torch import load_file

import make_lora_goldens as lora

TOLERANCE = 1e-5


def worst_difference(name, folder):
    expected = json.loads((pathlib.Path("tests/golden/lora") / name / "expected.json").read_text())
    base, tool, auto, _ = lora.CASES[name]
    model = auto.from_pretrained(pathlib.Path("tests/golden") / base, dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # peft warns of missing adapter keys
        model = peft.PeftModel.from_pretrained(model, folder)
    wanted = lora.logits_of(model, tool, expected["batch"], "logits")
    rows = torch.cat([wanted[f"logits/{i}"] for i in range(len(expected["batch"]))])
    found = load_file(folder / "logits.safetensors")["logits"]
    assert found.shape == rows.shape, (found.shape, rows.shape)
    return (found - rows).abs().max().item()


def main():
    torch.set_num_threads(1)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(sys.argv[1]) as outputs:
            outputs.extractall(folder)
        for name in lora.CASES:
            worst = worst_difference(name, pathlib.Path(folder) / name)
            print(f"{name}: largest logit difference {worst:.3g}")
            failed = failed or not worst <= TOLERANCE
    sys.exit(failed)


if __name__ == "__main__":
    main()
