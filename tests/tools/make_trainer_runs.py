"""Writes tests/golden/trainer_runs/: what transformers' Trainer leaves of tiny runs, most with one planted defect.

Run from the repository root: OMP_NUM_THREADS=1 python tests/tools/make_trainer_runs.py [NAME...]
Every run is really trained (random weights, a few seconds); a plant is what a user would write: a setting, a line of the
user's own code (a collator, a scheduler, how outputs are decoded), or a line of config.yaml. EXPECTED.json names, for
each directory, what was planted and the rule that must find it; a clean run has no rule.
"""

import json
import os
import pathlib
import platform
import shutil
import sys
import tempfile

import torch
import transformers
import yaml
from trainer_run_parts import keep, make_model, make_rows, make_tokenizer, quiet

OUT = pathlib.Path("tests/golden/trainer_runs").absolute()
KEPT = ["trainer_state.json", "training_args.bin", "all_results.json", "config.json", "generation_config.json",
        "tokenizer_config.json", "adapter_config.json", "adapter_model.safetensors", "config.yaml", "*.jsonl"]


def pretrain(family, seq2seq, steps=500):
    """A base that has learned the task from other rows, so that a short run on it behaves like fine-tuning."""
    from trainer_run_parts import PadRight, encode_causal, encode_seq2seq
    from transformers import DataCollatorForSeq2Seq
    tokenizer = make_tokenizer(seq2seq)
    model = make_model("llama" if family == "llama_noeos" else family, len(tokenizer))
    rows = make_rows(2000, 99, "base", base=True)
    data = encode_seq2seq(rows, tokenizer) if seq2seq else encode_causal(rows, tokenizer)
    collate = DataCollatorForSeq2Seq(tokenizer, model) if seq2seq else PadRight(
        EOS if family == "llama_noeos" else PAD, mask_pads=family == "llama_noeos")
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, 50, steps)
    generator = torch.Generator().manual_seed(3)
    for _ in range(steps):
        picked = torch.randint(len(data), (24,), generator=generator).tolist()
        batch = collate([data[i] for i in picked])
        loss = model(**batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    print(f"base {family}: loss {loss.item():.4f}", flush=True)
    model.save_pretrained(f"base-{family}")


def main():
    quiet()
    from trainer_run_cases import CASES
    names = sys.argv[1:] or list(CASES)
    start = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for family in sorted({CASES[n]["base"] for n in names}):
            pretrain(family, family in ("bart", "t5"))
        for name in names:
            case = CASES[name]
            pathlib.Path("out").mkdir(exist_ok=True)
            declared = case["run"]()
            if declared:
                pathlib.Path("out/config.yaml").write_text(yaml.safe_dump(declared, sort_keys=False, allow_unicode=True))
            keep("out", OUT / name, KEPT + case.get("keep", []))
            shutil.rmtree("out")
            print(name, sum(p.stat().st_size for p in (OUT / name).iterdir()), flush=True)
        os.chdir(start)
    expected = {n: {"rule": c["rule"], "plant": c["plant"]} for n, c in CASES.items()}
    (OUT / "EXPECTED.json").write_text(json.dumps(expected, indent=1) + "\n")
    import peft
    manifest = {"command": "OMP_NUM_THREADS=1 python tests/tools/make_trainer_runs.py", "peft": peft.__version__,
                "python": platform.python_version(), "torch": torch.__version__,
                "transformers": transformers.__version__}
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


EOS, PAD = 2, 0
if __name__ == "__main__":
    main()
