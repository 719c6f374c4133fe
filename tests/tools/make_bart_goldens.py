"""Writes tests/golden/bart/: tiny random BART checkpoints as transformers saves them, and what transformers
computes with them: logits, losses, every gradient, twenty optimizer steps.

    python tests/tools/make_bart_goldens.py tests/golden/bart

One folder a shape: the checkpoint (config.json, generation_config.json, model.safetensors), expected.json (batches,
losses, training curve) and expected.safetensors (logits an item, gradients by name, embedding after training).
"""

import copy
import hashlib
import json
import pathlib
import random
import sys

import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers.trainer_pt_utils import LabelSmoother

NUM_STEPS = 20
IGNORED = -100

# No two stacks alike: layers, heads and inner widths differ; no vocabulary is a multiple of 8.
SHAPES = {
    "uneven": dict(
        vocab_size=101, d_model=12, encoder_layers=3, decoder_layers=1, encoder_attention_heads=4,
        decoder_attention_heads=3, encoder_ffn_dim=20, decoder_ffn_dim=28, max_position_embeddings=40,
        scale_embedding=False, pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2,
        forced_eos_token_id=2),
    "single": dict(
        vocab_size=103, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_position_embeddings=32,
        scale_embedding=True, pad_token_id=3, bos_token_id=0, eos_token_id=1, decoder_start_token_id=1,
        forced_eos_token_id=1),
    "biased": dict(
        vocab_size=97, d_model=15, encoder_layers=1, decoder_layers=2, encoder_attention_heads=5,
        decoder_attention_heads=3, encoder_ffn_dim=36, decoder_ffn_dim=24, max_position_embeddings=32,
        scale_embedding=True, pad_token_id=3, bos_token_id=0, eos_token_id=1, decoder_start_token_id=1,
        forced_eos_token_id=1),
}

# Optimizer settings a shape: accumulation, smoothing, decay and clipping each matter in at least one.
TRAINING = {
    "uneven": dict(learning_rate=3e-3, weight_decay=0.0, warmup_steps=0, accumulation=1, smoothing=0.0, clip=1.0),
    "single": dict(learning_rate=5e-3, weight_decay=0.1, warmup_steps=5, accumulation=2, smoothing=0.1, clip=1.0),
    "biased": dict(learning_rate=2e-3, weight_decay=0.01, warmup_steps=3, accumulation=3, smoothing=0.0, clip=0.5),
}


def make_model(shape, seed):
    """Every tensor random, norms and biases too, so that no error hides behind a zero or a one."""
    config = transformers.BartConfig(dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, **SHAPES[shape])
    model = transformers.BartForConditionalGeneration(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in model.named_parameters():
            noise = torch.randn(value.shape, generator=generator)
            is_norm_weight = "norm" in name and name.endswith("weight")
            value.copy_(1 + 0.2 * noise if is_norm_weight else 0.2 * noise)
        if shape == "biased":
            model.final_logits_bias.copy_(torch.randn(model.final_logits_bias.shape, generator=generator))
    return model


def make_item(draw, config):
    """One ragged row; now and then a label inside the row carries no loss, or the source holds the pad id."""
    source = [draw.randrange(4, config.vocab_size) for _ in range(draw.randrange(1, 14))]
    target = [draw.randrange(4, config.vocab_size) for _ in range(draw.randrange(1, 9))] + [config.eos_token_id]
    if len(source) > 6:
        source[3] = config.pad_token_id
    labels = list(target)
    if len(labels) > 5:
        labels[1] = IGNORED
    return {"input_ids": source, "decoder_input_ids": [config.decoder_start_token_id] + target[:-1],
            "labels": labels}


def padded(items, config):
    """The batch as a collator pads it: pad id with mask 0 on the source, -100 on the labels."""
    def rows(key, fill):
        length = max(len(item[key]) for item in items)
        return torch.tensor([item[key] + [fill] * (length - len(item[key])) for item in items])
    lengths = [len(item["input_ids"]) for item in items]
    mask = torch.tensor([[1] * n + [0] * (max(lengths) - n) for n in lengths])
    return {"input_ids": rows("input_ids", config.pad_token_id), "attention_mask": mask,
            "decoder_input_ids": rows("decoder_input_ids", config.pad_token_id), "labels": rows("labels", IGNORED)}


def mean_loss(model, batch, num_items, smoothing):
    """The loss Trainer minimises, divided by the tokens of the whole optimizer step."""
    inputs = dict(batch)
    labels = inputs.pop("labels")
    output = model(**inputs, use_cache=False)
    if smoothing > 0:
        return LabelSmoother(epsilon=smoothing)(output, labels, num_items_in_batch=num_items), output.logits
    total = torch.nn.functional.cross_entropy(
        output.logits.view(-1, output.logits.size(-1)), labels.view(-1), ignore_index=IGNORED, reduction="sum")
    return total / num_items, output.logits


def num_tokens(items):
    return sum(label != IGNORED for item in items for label in item["labels"])


def gradients(model, prefix):
    return {f"{prefix}/{name}": value.grad.float() for name, value in model.named_parameters()}


def forward_backward(model, items, shape):
    """Logits and gradients of one batch, plain and smoothed, in double precision: transformers' own fp32 noise on
    gradients that are zero in exact arithmetic (key biases) is larger than the tolerance. Stored as fp32. The plain
    loss is checked against the model's own."""
    model = copy.deepcopy(model).double()
    batch = padded(items, model.config)
    tensors, losses = {}, {}
    for smoothing in (0.0, 0.1):
        model.zero_grad()
        loss, logits = mean_loss(model, batch, num_tokens(items), smoothing)
        loss.backward()
        losses[str(smoothing)] = loss.item()
        if smoothing == 0.0:
            own = model(**batch, use_cache=False).loss
            assert abs(own.item() - loss.item()) < 1e-6 * abs(own.item())
            for i, item in enumerate(items):
                tensors[f"logits/{i}"] = logits[i, : len(item["labels"])].detach().float()
            tensors.update(gradients(model, "grad"))
        elif shape == "single":
            tensors.update(gradients(model, "grad_smoothed"))
    return losses, tensors


def decay_names(model):
    return set(transformers.Trainer.get_decay_parameter_names(None, model))


def train(model, micro_batches, settings):
    """Trainer's step order: backward of each micro-batch, clip, fused AdamW, schedule, zero."""
    decayed = decay_names(model)
    named = list(model.named_parameters())
    groups = [{"params": [v for n, v in named if n in decayed], "weight_decay": settings["weight_decay"]},
              {"params": [v for n, v in named if n not in decayed], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=settings["learning_rate"], betas=(0.9, 0.999), eps=1e-8, fused=True)
    schedule = transformers.get_linear_schedule_with_warmup(optimizer, settings["warmup_steps"], NUM_STEPS)
    model.train()
    steps, cursor = [], 0
    for _ in range(NUM_STEPS):
        window = [micro_batches[(cursor + k) % len(micro_batches)] for k in range(settings["accumulation"])]
        cursor += settings["accumulation"]
        tokens, loss_sum = sum(num_tokens(items) for items in window), 0.0
        for items in window:
            loss, _ = mean_loss(model, padded(items, model.config), tokens, settings["smoothing"])
            loss.backward()
            loss_sum += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        steps.append({"loss": loss_sum, "grad_norm": norm.item(), "learning_rate": schedule.get_last_lr()[0],
                      "tokens": tokens})
        optimizer.step()
        schedule.step()
        model.zero_grad()
    return steps, sorted(decayed)


def make_shape(shape, index, folder):
    draw = random.Random(f"bart {shape}")
    model = make_model(shape, seed=100 + index)
    model.save_pretrained(folder)
    items = [make_item(draw, model.config) for _ in range(4)]
    losses, tensors = forward_backward(model, items, shape)
    micro_batches = [[make_item(draw, model.config) for _ in range(2)] for _ in range(5)]
    model.zero_grad()
    steps, decayed = train(model, micro_batches, TRAINING[shape])
    tensors["trained/model.shared.weight"] = model.model.shared.weight.detach().clone()
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "expected.safetensors")
    expected = {
        "parameters": [name for name, _ in model.named_parameters()], "batch": items,
        "num_tokens": num_tokens(items), "mean_loss": losses,
        "training": {"settings": TRAINING[shape], "num_steps": NUM_STEPS, "decayed": decayed,
                     "micro_batches": micro_batches, "steps": steps}}
    text = json.dumps(expected, indent=None, separators=(",", ":"), sort_keys=True)
    (folder / "expected.json").write_text(text + "\n")


def write_manifest(root, tool):
    files = sorted(p for p in root.rglob("*") if p.is_file() and p.name not in ("BUILD", "MANIFEST.json"))
    manifest = {
        "command": f"python tests/tools/{tool} tests/golden/{root.name}",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__, "safetensors": safetensors.__version__},
        "sha256": {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}}
    (root / "MANIFEST.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    root = pathlib.Path(sys.argv[1])
    for index, shape in enumerate(SHAPES):
        folder = root / shape
        folder.mkdir(parents=True, exist_ok=True)
        make_shape(shape, index, folder)
    write_manifest(root, "make_bart_goldens.py")


if __name__ == "__main__":
    main()
