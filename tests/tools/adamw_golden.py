"""Writes tests/golden/train/adamw.json: ten AdamW steps of torch.optim with clipping, two decay groups.

Run from the repository root: python tests/tools/adamw_golden.py
"""

import hashlib
import json
import pathlib
import platform

import torch

OUT = pathlib.Path("tests/golden/train")
SHAPES = {"layer.weight": [3, 4], "layer.bias": [3], "final_layer_norm.weight": [5]}
LEARNING_RATES = [0.0, 0.01, 0.02, 0.03, 0.02, 0.01, 0.005, 0.1, 0.05, 0.001]
MAX_GRAD_NORM = 1.0
WEIGHT_DECAY = 0.1


def main():
    torch.manual_seed(7)
    params = {name: torch.nn.Parameter(torch.randn(shape)) for name, shape in SHAPES.items()}
    start = {name: p.detach().clone().flatten().tolist() for name, p in params.items()}
    groups = [
        {"params": [params["layer.weight"]], "weight_decay": WEIGHT_DECAY},
        {"params": [params["layer.bias"], params["final_layer_norm.weight"]], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.999), eps=1e-8, foreach=False, fused=False)
    steps = []
    for step, rate in enumerate(LEARNING_RATES):
        scale = 2.0 if step % 2 == 0 else 0.05  # clipped, then not
        gradients = {name: scale * torch.randn(shape) for name, shape in SHAPES.items()}
        for name, p in params.items():
            p.grad = gradients[name].clone()
        norm = torch.nn.utils.clip_grad_norm_(params.values(), MAX_GRAD_NORM)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        steps.append({
            "learning_rate": rate,
            "norm": norm.item(),
            "gradients": {name: g.flatten().tolist() for name, g in gradients.items()},
            "parameters": {name: p.detach().flatten().tolist() for name, p in params.items()},
        })
    golden = {"shapes": SHAPES, "start": start, "steps": steps, "max_grad_norm": MAX_GRAD_NORM,
              "weight_decay": WEIGHT_DECAY}
    path = OUT / "adamw.json"
    path.write_text(json.dumps(golden, indent=1, sort_keys=True) + "\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (OUT / "MANIFEST").write_text(
        f"adamw.json sha256 {digest}\n"
        f"made by: python tests/tools/adamw_golden.py\n"
        f"python {platform.python_version()}, torch {torch.__version__}\n")


if __name__ == "__main__":
    main()
