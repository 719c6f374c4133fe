"""Writes tests/golden/training_args/: training_args.bin files of transformers with their fields as JSON.

Run from the repository root: python tests/tools/make_training_args_goldens.py
NAME.bin is what torch.save (or pickle.dump of the protocol in the name) writes; NAME.json is read from the live object.
"""

import dataclasses
import enum
import json
import math
import pathlib
import pickle
import platform

import torch
import transformers
from accelerate.state import PartialState
from transformers import Seq2SeqTrainingArguments, TrainingArguments

OUT = pathlib.Path("tests/golden/training_args")
CASES = {
    "default": (TrainingArguments, {}),
    "causal": (TrainingArguments, dict(
        per_device_train_batch_size=10, gradient_accumulation_steps=4, learning_rate=2e-5, warmup_steps=500,
        num_train_epochs=2.5, lr_scheduler_type="cosine_with_restarts", lr_scheduler_kwargs={"num_cycles": 3},
        optim="adafactor", eval_strategy="steps", eval_steps=7, save_strategy="best", metric_for_best_model="eval_loss",
        label_names=["labels"], max_grad_norm=0.0, seed=2**31 - 1, bf16=False, gradient_checkpointing=True,
        gradient_checkpointing_kwargs={"use_reentrant": False, "nested": {"a": [1, -2, None, 1e300]}},
        accelerator_config={"split_batches": True}, run_name="\ud55c\uad6d\uc5b4 \uc774\ub984")),
    "seq2seq": (Seq2SeqTrainingArguments, dict(
        predict_with_generate=True, generation_max_length=200, generation_num_beams=4, label_smoothing_factor=0.1,
        warmup_steps=0.1, weight_decay=0.01, adam_beta2=0.98, lr_scheduler_type="inverse_sqrt", max_steps=17,
        eval_strategy="epoch", save_strategy="epoch", load_best_model_at_end=True, greater_is_better=True,
        metric_for_best_model="eval_rouge1", logging_nan_inf_filter=False, remove_unused_columns=False, debug="")),
}


def plain(value):
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if dataclasses.is_dataclass(value) or isinstance(value, PartialState):
        name = type(value).__module__ + "." + type(value).__qualname__
        return {"__class__": name, **{k: plain(v) for k, v in vars(value).items()}}
    raise TypeError(type(value))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for name, (kind, settings) in CASES.items():
        args = kind(output_dir="out", report_to="none", use_cpu=True, **settings)
        args.logging_dir_of_user = float("nan")  # users add fields
        torch.save(args, OUT / f"{name}.bin")
        if name == "seq2seq":
            torch.save(args, OUT / "seq2seq_legacy.bin", _use_new_zipfile_serialization=False)
            for protocol in (3, 4, 5):
                with open(OUT / f"seq2seq_protocol{protocol}.bin", "wb") as file:
                    pickle.dump(args, file, protocol=protocol)
        fields = plain(args)
        fields["__class__"] = f"{kind.__module__}.{kind.__qualname__}"
        (OUT / f"{name}.json").write_text(json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=True) + "\n")
    manifest = {"command": "python tests/tools/make_training_args_goldens.py", "python": platform.python_version(),
                "torch": torch.__version__, "transformers": transformers.__version__}
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()
