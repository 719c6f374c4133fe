"""Writes tests/golden/trap/: the losses and gradient norms that transformers' own Seq2SeqTrainer logs for the same eight
rows trained as one batch of 8 and as batches of 2 accumulated four times.

    OMP_NUM_THREADS=1 python tests/tools/make_trap_goldens.py tests/golden/trap

The base is tests/golden/bart/single, without dropout. expected.json: `rows` by kind (`equal`: every target has as many
tokens; `ragged`: not), `logged` by kind and then by `BATCHxACCUMULATION`: one row of log_history a step, in rows' order.
"""

import json
import pathlib
import random
import sys
import tempfile

import torch
import transformers

import make_bart_goldens as bart

BASE = "bart/single"
STEPS = 3
SETTINGS = {"learning_rate": 1e-3, "lr_scheduler_type": "constant", "max_grad_norm": 1.0, "max_steps": STEPS,
            "weight_decay": 0.0}
END, FIRST, LAST = 1, 4, 63


def make_rows(kind):
    draw = random.Random(f"trap {kind}")
    ids = lambda count: [draw.randint(FIRST, LAST) for _ in range(count)]
    return [{"input_ids": ids(draw.randint(4, 9)) + [END],
             "labels": ids(5 if kind == "equal" else draw.randint(1, 9)) + [END]} for _ in range(8)]


def logged(rows, batch, accumulation):
    model = transformers.BartForConditionalGeneration.from_pretrained(
        pathlib.Path("tests/golden") / BASE, dtype=torch.float32)
    pad = model.config.pad_token_id

    def collate(items):
        width = max(len(i["input_ids"]) for i in items)
        length = max(len(i["labels"]) for i in items)
        return {"input_ids": torch.tensor([i["input_ids"] + [pad] * (width - len(i["input_ids"])) for i in items]),
                "attention_mask": torch.tensor(
                    [[1] * len(i["input_ids"]) + [0] * (width - len(i["input_ids"])) for i in items]),
                "labels": torch.tensor([i["labels"] + [-100] * (length - len(i["labels"])) for i in items])}

    with tempfile.TemporaryDirectory() as folder:
        arguments = transformers.Seq2SeqTrainingArguments(
            folder, per_device_train_batch_size=batch, gradient_accumulation_steps=accumulation, logging_steps=1,
            train_sampling_strategy="sequential", save_strategy="no", report_to=[], use_cpu=True, disable_tqdm=True,
            remove_unused_columns=False, seed=42, **SETTINGS)
        trainer = transformers.Seq2SeqTrainer(model, arguments, data_collator=collate, train_dataset=rows)
        trainer.train()
    steps = [row for row in trainer.state.log_history if "grad_norm" in row]
    return [{name: row[name] for name in ("loss", "grad_norm", "learning_rate")} for row in steps]


def main():
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    root = pathlib.Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    rows = {kind: make_rows(kind) for kind in ("equal", "ragged")}
    expected = {"base": BASE, "settings": SETTINGS, "rows": rows,
                "logged": {kind: {f"{b}x{a}": logged(rows[kind], b, a) for b, a in ((8, 1), (2, 4))} for kind in rows}}
    (root / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
    bart.write_manifest(root, "make_trap_goldens.py")


if __name__ == "__main__":
    main()
