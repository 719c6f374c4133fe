"""Writes tests/golden/lora/: adapters as peft saves them on tiny checkpoints of the other goldens, and what peft computes
with them: logits, gradients, twenty optimizer steps with accumulation, logits after them, what merge_and_unload makes.

    python tests/tools/make_lora_goldens.py tests/golden/lora

One folder a family: adapter/ (factors B are random, not zero), expected.json (base checkpoint, rows, training curve),
expected.safetensors (logits an item before and after training, gradients by name, the trained tensors; merged.safetensors:
every weight that merging changed, logits of the merged model). Names are those of adapter_model.safetensors without
base_model.model. Dropout is 0.
"""

import copy
import json
import pathlib
import random
import sys

import peft
import safetensors
import torch
import transformers
from safetensors.torch import load_file, save_file

import make_bart_goldens as bart
import make_causal_goldens as causal
import make_t5_goldens as t5

SETTINGS = {"accumulation": 2, "clip": 1.0, "learning_rate": 5e-3, "smoothing": 0.0, "warmup_steps": 3,
            "weight_decay": 0.01}
SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

# base checkpoint, its tool, its class, settings of the adapter
CASES = {
    "bart": ("bart/uneven", bart, transformers.AutoModelForSeq2SeqLM, dict(
        r=3, lora_alpha=6, target_modules=None, modules_to_save=["encoder_attn_layer_norm"],
        rank_pattern={"encoder_attn.v_proj": 2})),
    "mt5": ("t5/mt5", t5, transformers.AutoModelForSeq2SeqLM, dict(
        r=4, lora_alpha=8, use_rslora=True, target_modules=r"decoder\..*\.(q|v|wi_1|wo)|encoder\..*\.o")),
    "llama": ("causal/llama_scaled", causal, transformers.AutoModelForCausalLM, dict(
        r=4, lora_alpha=8, target_modules=SEVEN, alpha_pattern={r"layers\.0\.mlp\.(up|down)_proj": 3})),
    "qwen3": ("causal/qwen3_wide", causal, transformers.AutoModelForCausalLM, dict(
        r=2, lora_alpha=5, target_modules="all-linear", rank_pattern={"o_proj": 5})),
}


def tool_of(tool):
    """make_t5_goldens shares the encoder-decoder arithmetic of make_bart_goldens."""
    return causal if tool is causal else bart


def make_adapted(base, auto, settings, seed):
    model = auto.from_pretrained(pathlib.Path("tests/golden") / base, dtype=torch.float32)
    task = "CAUSAL_LM" if auto is transformers.AutoModelForCausalLM else "SEQ_2_SEQ_LM"
    torch.manual_seed(seed)
    model = peft.get_peft_model(model, peft.LoraConfig(task_type=task, **settings))
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "lora_B" in name:
                value.normal_(std=0.2)
            elif value.requires_grad and "lora_A" not in name:
                value.mul_(1.1)
    return model


def plain_name(name):
    for part in ("base_model.model.", ".default", ".modules_to_save"):
        name = name.replace(part, "")
    return name


def gradients(model):
    return {f"grad/{plain_name(n)}": v.grad.float() for n, v in model.named_parameters() if v.requires_grad}


def batch_of(tool, items, model):
    return causal.padded(items) if tool is causal else bart.padded(items, model.config)


def logits_of(model, tool, items, prefix):
    model = copy.deepcopy(model).double().eval()
    with torch.no_grad():
        logits = tool_of(tool).mean_loss(model, batch_of(tool, items, model), 1, 0.0)[1]
    tensors = {}
    for i, item in enumerate(items):
        if tool is causal:
            size = len(item["input_ids"]) + len(item["labels"])
            tensors[f"{prefix}/{i}"] = logits[i, -size:-1].float()
        else:
            tensors[f"{prefix}/{i}"] = logits[i, : len(item["labels"])].float()
    return tensors


def first_gradients(model, tool, items):
    model = copy.deepcopy(model).double()
    math = tool_of(tool)
    loss, _ = math.mean_loss(model, batch_of(tool, items, model), math.num_tokens(items), 0.0)
    loss.backward()
    return loss.item(), gradients(model)


def trained_tensors(folder):
    return {f"trained/{name.removeprefix('base_model.model.')}": value
            for name, value in load_file(folder / "adapter_model.safetensors").items()}


def merged_tensors(model, base, auto, tool, items):
    """What merge_and_unload makes in fp32: the values that differ from the base's, and logits."""
    before = auto.from_pretrained(pathlib.Path("tests/golden") / base, dtype=torch.float32).state_dict()
    merged = copy.deepcopy(model).merge_and_unload()
    tensors = {f"merged/{n}": v.clone() for n, v in merged.state_dict().items() if not torch.equal(v, before[n])}
    return tensors | logits_of(merged, tool, items, "logits")


def make_case(name, index, folder):
    base, tool, auto, settings = CASES[name]
    model = make_adapted(base, auto, settings, 700 + index)
    draw = random.Random(f"lora {name}")
    items = [tool.make_item(draw, model.config) for _ in range(4)]
    micro_batches = [[tool.make_item(draw, model.config) for _ in range(2)] for _ in range(5)]
    model.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    tensors = logits_of(model, tool, items, "logits")
    save_file(merged_tensors(model, base, auto, tool, items), folder / "merged.safetensors")
    loss, grads = first_gradients(model, tool, items)
    tensors.update(grads)
    steps, decayed = tool_of(tool).train(model, micro_batches, SETTINGS)
    model.save_pretrained(folder / "trained")
    tensors.update(trained_tensors(folder / "trained"))
    for file in (folder / "trained").iterdir():
        file.unlink()
    (folder / "trained").rmdir()
    tensors.update(logits_of(model, tool, items, "trained_logits"))
    save_file({n: v.contiguous().clone() for n, v in tensors.items()}, folder / "expected.safetensors")
    expected = {
        "base": base, "batch": items, "mean_loss": loss, "num_tokens": tool_of(tool).num_tokens(items),
        "modules": sorted(n.removeprefix("base_model.model.") for n, m in model.named_modules()
                          if isinstance(m, peft.tuners.lora.LoraLayer)),
        "trainable": model.get_nb_trainable_parameters()[0],
        "decayed": sorted({plain_name(n) for n in decayed} & {n.removeprefix("grad/") for n in grads}),
        "training": {"settings": SETTINGS, "num_steps": len(steps), "micro_batches": micro_batches, "steps": steps}}
    text = json.dumps(expected, separators=(",", ":"), sort_keys=True)
    (folder / "expected.json").write_text(text + "\n")


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    root = pathlib.Path(sys.argv[1])
    for index, name in enumerate(CASES):
        (root / name).mkdir(parents=True, exist_ok=True)
        make_case(name, index, root / name)
    bart.write_manifest(root, "make_lora_goldens.py")
    manifest = json.loads((root / "MANIFEST.json").read_text())
    manifest["versions"]["peft"] = peft.__version__
    (root / "MANIFEST.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
