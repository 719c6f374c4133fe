"""Writes tests/golden/causal/: tiny random Llama and Qwen3 checkpoints as transformers saves them (config.json in both
dialects), and what transformers computes with them: logits, losses, every gradient, twenty optimizer steps, greedy and
beam search.

    python tests/tools/make_causal_goldens.py tests/golden/causal

One folder a shape: the checkpoint, expected.json (rows, losses, training curve), expected.safetensors (logits an item,
gradients by name, last norm after training) and generation.json. Rows are prompt and continuation; transformers' side
is a left-padded batch, as its users make it. The shapes of HALF are stored in half precision and hold logits alone, of
the same file read as fp32.
"""

import copy
import hashlib
import itertools
import json
import math
import pathlib
import random
import sys

import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers.generation import GenerationMixin
from transformers.trainer_pt_utils import LabelSmoother

import make_generation_goldens as search

NUM_STEPS = 20
IGNORED = -100
NEW_TOKENS = 12
PROMPT_LENGTHS = [1, 2, 5, 9, 13, 31]

LLAMA3_ROPE = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 8.0, "low_freq_factor": 1.0,
               "high_freq_factor": 4.0, "original_max_position_embeddings": 64}

# No head_dim is hidden / heads unless left out; no vocabulary is a multiple of 8.
SHAPES = {
    "llama_scaled": ("llama", 5, dict(
        vocab_size=101, hidden_size=24, intermediate_size=20, num_hidden_layers=2, num_attention_heads=6,
        num_key_value_heads=1, head_dim=8, max_position_embeddings=256, rms_norm_eps=1e-5, attention_bias=True,
        mlp_bias=True, tie_word_embeddings=True, rope_parameters=LLAMA3_ROPE, bos_token_id=0, eos_token_id=2,
        pad_token_id=1)),
    "llama_single": ("llama", 4, dict(
        vocab_size=103, hidden_size=16, intermediate_size=28, num_hidden_layers=1, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-6, tie_word_embeddings=False,
        rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}, bos_token_id=0,
        eos_token_id=2, pad_token_id=None)),
    "llama_plain": ("llama", 4, dict(
        vocab_size=91, hidden_size=20, intermediate_size=36, num_hidden_layers=3, num_attention_heads=5,
        num_key_value_heads=5, head_dim=6, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters=LLAMA3_ROPE, bos_token_id=0, eos_token_id=2, pad_token_id=3)),
    "qwen3_wide": ("qwen3", 5, dict(
        vocab_size=97, hidden_size=20, intermediate_size=26, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, head_dim=14, max_position_embeddings=128, rms_norm_eps=1e-6, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, bos_token_id=0, eos_token_id=2,
        pad_token_id=1)),
    "qwen3_single": ("qwen3", 4, dict(
        vocab_size=99, hidden_size=18, intermediate_size=24, num_hidden_layers=1, num_attention_heads=3,
        num_key_value_heads=1, head_dim=8, max_position_embeddings=128, rms_norm_eps=1e-6, attention_bias=True,
        tie_word_embeddings=False, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, bos_token_id=0,
        eos_token_id=2, pad_token_id=None, sliding_window=4096, max_window_layers=1)),
}
HALF = {"llama_bfloat16": ("llama_scaled", torch.bfloat16), "qwen3_float16": ("qwen3_wide", torch.float16)}

# Optimizer settings a shape: accumulation, smoothing, decay and clipping each matter in at least one.
TRAINING = {
    "llama_scaled": dict(learning_rate=3e-3, weight_decay=0.1, warmup_steps=0, accumulation=2, smoothing=0.0, clip=1.0),
    "llama_single": dict(learning_rate=5e-3, weight_decay=0.0, warmup_steps=5, accumulation=2, smoothing=0.1, clip=1.0),
    "llama_plain": dict(learning_rate=2e-3, weight_decay=0.0, warmup_steps=0, accumulation=1, smoothing=0.0, clip=1.0),
    "qwen3_wide": dict(learning_rate=2e-3, weight_decay=0.01, warmup_steps=3, accumulation=3, smoothing=0.0, clip=0.5),
    "qwen3_single": dict(learning_rate=3e-3, weight_decay=0.1, warmup_steps=0, accumulation=2, smoothing=0.0, clip=1.0),
}


def require_all_branches(parameters, head_dim):
    """The llama3 scaling keeps, blends and stretches at least one frequency each."""
    waves = [2 * math.pi * parameters["rope_theta"] ** (i / head_dim) for i in range(0, head_dim, 2)]
    original = parameters["original_max_position_embeddings"]
    short, long = original / parameters["high_freq_factor"], original / parameters["low_freq_factor"]
    assert min(waves) < short and max(waves) > long and any(short < w < long for w in waves), waves


def make_model(shape, seed):
    """Every tensor random, norms and biases too, so that no error hides behind a zero or a one."""
    family, _, sizes = SHAPES[shape]
    if sizes["rope_parameters"]["rope_type"] == "llama3":
        require_all_branches(sizes["rope_parameters"], sizes["head_dim"])
    config_class, model_class = {
        "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
        "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM)}[family]
    model = model_class(config_class(**copy.deepcopy(sizes)))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in model.named_parameters():
            noise = torch.randn(value.shape, generator=generator)
            value.copy_(1 + 0.2 * noise if name.endswith("norm.weight") else 0.3 * noise)
    return model


def rewrite_as_v4(folder, shape):
    """The dialect of transformers 4: torch_dtype, rope_theta, rope_scaling; keys left out as its files did."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["torch_dtype"] = config.pop("dtype")
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    if rope["rope_type"] == "default":
        rope = None
    elif rope["rope_type"] == "linear":
        rope = {"type": rope.pop("rope_type"), **rope}
    config["rope_scaling"] = rope
    config["transformers_version"] = "4.51.0"
    if "head_dim" not in SHAPES[shape][2]:
        del config["head_dim"]
    if config["model_type"] == "qwen3":
        del config["layer_types"]
        config["use_sliding_window"] = False
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def load(folder):
    return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def make_item(draw, config):
    """A prompt (now and then with the pad id in it) and its continuation."""
    prompt = [draw.randrange(4, config.vocab_size) for _ in range(draw.choice((1, 2, 5, 9, 17)))]
    target = [draw.randrange(4, config.vocab_size) for _ in range(draw.randrange(0, 7))] + [config.eos_token_id]
    if len(prompt) > 4 and config.pad_token_id is not None:
        prompt[2] = config.pad_token_id
    return {"input_ids": prompt, "labels": target}


def padded(items):
    """The batch as users make it for a decoder-only model: left padding, mask 0 and label -100 on it."""
    rows = [item["input_ids"] + item["labels"] for item in items]
    length = max(map(len, rows))
    mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows])
    labels = [[IGNORED] * (length - len(item["labels"])) + item["labels"] for item in items]
    return {"input_ids": torch.tensor([[0] * (length - len(row)) + row for row in rows]), "attention_mask": mask,
            "position_ids": (mask.cumsum(1) - 1).clamp(min=0), "labels": torch.tensor(labels)}


def mean_loss(model, batch, num_items, smoothing):
    """The loss Trainer minimises, divided by the tokens of the whole optimizer step."""
    inputs = dict(batch)
    labels = inputs.pop("labels")
    if smoothing > 0:
        output = model(**inputs, use_cache=False)
        smoother = LabelSmoother(epsilon=smoothing)
        return smoother(output, labels, shift_labels=True, num_items_in_batch=num_items), output.logits
    output = model(**inputs, labels=labels, use_cache=False, num_items_in_batch=num_items)
    return output.loss, output.logits


def num_tokens(items):
    return sum(len(item["labels"]) for item in items)


def logits_of(model, items):
    """Of every real token but the last, which nothing follows."""
    batch = padded(items)
    logits = mean_loss(model, batch, 1, 0.0)[1]
    tensors = {}
    for i, item in enumerate(items):
        size = len(item["input_ids"]) + len(item["labels"])
        tensors[f"logits/{i}"] = logits[i, -size:-1].detach().float()
    return tensors


def gradients(model, prefix):
    return {f"{prefix}/{name}": value.grad.float() for name, value in model.named_parameters()}


def forward_backward(model, items, shape):
    """Logits and gradients of one batch, plain and smoothed, in double precision (RMS norms stay fp32, as coded).
    Stored as fp32."""
    model = copy.deepcopy(model).double()
    tensors, losses = logits_of(model, items), {}
    for smoothing in (0.0, 0.1):
        model.zero_grad()
        loss, _ = mean_loss(model, padded(items), num_tokens(items), smoothing)
        loss.backward()
        losses[str(smoothing)] = loss.item()
        if smoothing == 0.0:
            tensors.update(gradients(model, "grad"))
        elif shape == "qwen3_single":
            tensors.update(gradients(model, "grad_smoothed"))
    return losses, tensors


def train(model, micro_batches, settings):
    """Trainer's step order: backward of each micro-batch, clip, fused AdamW, schedule, zero."""
    decayed = set(transformers.Trainer.get_decay_parameter_names(None, model))
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
            loss, _ = mean_loss(model, padded(items), tokens, settings["smoothing"])
            loss.backward()
            loss_sum += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        steps.append({"loss": loss_sum, "grad_norm": norm.item(), "learning_rate": schedule.get_last_lr()[0],
                      "tokens": tokens})
        optimizer.step()
        schedule.step()
        model.zero_grad()
    return steps, sorted(decayed)


def prompts_of(draw, config):
    return [[draw.randrange(4, config.vocab_size) for _ in range(n)] for n in PROMPT_LENGTHS]


def left_padded(rows):
    length = max(map(len, rows))
    mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows])
    # The pad id is masked; 0 is never drawn, so that no n-gram of the padding meets a generated one.
    return {"input_ids": torch.tensor([[0] * (length - len(row)) + row for row in rows]), "attention_mask": mask}


def likely_ends(model, rows, count):
    """Random models never end a text: the ids that its own beams use most, past the first token, are the EOS ids."""
    with torch.no_grad():
        out = model.generate(**left_padded(rows), max_new_tokens=NEW_TOKENS, num_beams=4, num_return_sequences=4,
                             do_sample=False, eos_token_id=None, pad_token_id=0)
    seen = [token for row in out.tolist() for token in row[-NEW_TOKENS + 1:] if token != 0]
    order = sorted(set(seen), key=lambda token: (-seen.count(token), token))
    return sorted(order[:count])


def grid(eos, seed):
    """A small grid: every pair of beams and early stopping, the other settings drawn."""
    draw = random.Random(seed)
    for beams, early, penalty in itertools.product((2, 4), (True, False, "never"), (0.0, 1.0, 2.0)):
        case = {"num_beams": beams, "early_stopping": early, "length_penalty": penalty, "max_new_tokens": NEW_TOKENS}
        case["num_return_sequences"] = draw.choice([n for n in (1, 2, 4) if n <= beams])
        case["no_repeat_ngram_size"] = draw.choice((0, 2, 3))
        case["repetition_penalty"] = draw.choice((1.0, 1.3))
        if draw.random() < 0.3:
            case["min_new_tokens"] = draw.choice((3, 7))
        if draw.random() < 0.3:
            case["forced_eos_token_id"] = eos[0]
        if draw.random() < 0.15:
            case = {**case, "max_new_tokens": 1}
            case.pop("min_new_tokens", None)
        yield case
    for ngram, minimum, repetition in itertools.product((0, 2), (None, 5), (1.0, 1.3)):
        case = {"num_beams": 1, "max_new_tokens": NEW_TOKENS, "no_repeat_ngram_size": ngram,
                "repetition_penalty": repetition, "num_return_sequences": 1}
        if minimum:
            case["min_new_tokens"] = minimum
        yield case


def generated(sequences, length, eos):
    """Without prompt and padding, up to and with the first EOS (greedy)."""
    rows = []
    for sequence in sequences:
        ids = sequence[length:]
        ends = [i for i, token in enumerate(ids) if token in eos]
        rows.append(ids[: ends[0] + 1] if ends else ids)
    return rows


def run_case(model, rows, eos, case):
    margins = search.Margins()
    config = transformers.GenerationConfig(bos_token_id=0, pad_token_id=0, eos_token_id=eos, do_sample=False,
                                           output_scores=True, return_dict_in_generate=True, **case)
    wrapped = search.watched(margins)
    originals = {name: GenerationMixin.__dict__[name] for name in wrapped}
    for name, value in wrapped.items():
        setattr(GenerationMixin, name, value)
    model.generation_config = config
    inputs = left_padded(rows)
    length = inputs["input_ids"].shape[1]
    with torch.no_grad():
        out = model.generate(**inputs)
    for name, value in originals.items():
        setattr(GenerationMixin, name, value)
    sequences = out.sequences.tolist()
    if case["num_beams"] == 1:
        search.greedy_margin(out.scores, margins)
        scores = [None] * len(sequences)
        returned = generated(sequences, length, eos)
    else:
        scores = [float(f"{score:.{search.NUM_DIGITS}g}") for score in out.sequences_scores.tolist()]
        counts = [sum(index >= 0 for index in indices) for indices in out.beam_indices.tolist()]
        returned = [sequence[length: length + count] for sequence, count in zip(sequences, counts)]
    each = case["num_return_sequences"]
    return {"config": case, "ids": [returned[i: i + each] for i in range(0, len(returned), each)],
            "scores": [scores[i: i + each] for i in range(0, len(scores), each)],
            "margin": float(f"{min(margins.smallest, 1.0):.3g}")}


def write_generation(folder, shape, index):
    model = load(folder).eval()
    rows = prompts_of(random.Random(f"prompts {shape}"), model.config)
    eos = likely_ends(model, rows, 1 + index % 3)
    cases = [run_case(model, rows, eos, case) for case in grid(eos, 4000 + index)]
    text = json.dumps({"eos_token_id": eos, "prompts": rows, "cases": cases}, separators=(",", ":"))
    (folder / "generation.json").write_text(text.replace('{"config"', '\n{"config"') + "\n")


def write_expected(folder, expected, tensors):
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":"), sort_keys=True) + "\n")


def make_shape(shape, index, folder):
    draw = random.Random(f"causal {shape}")
    make_model(shape, seed=300 + index).save_pretrained(folder)
    if SHAPES[shape][1] == 4:
        rewrite_as_v4(folder, shape)
    model = load(folder)
    items = [make_item(draw, model.config) for _ in range(4)]
    losses, tensors = forward_backward(model, items, shape)
    micro_batches = [[make_item(draw, model.config) for _ in range(2)] for _ in range(5)]
    model.zero_grad()
    parameters = [name for name, _ in model.named_parameters()]
    steps, decayed = train(model, micro_batches, TRAINING[shape])
    tensors["trained/model.norm.weight"] = model.model.norm.weight.detach().clone()
    write_expected(folder, {
        "parameters": parameters, "batch": items, "num_tokens": num_tokens(items), "mean_loss": losses,
        "training": {"settings": TRAINING[shape], "num_steps": NUM_STEPS, "decayed": decayed,
                     "micro_batches": micro_batches, "steps": steps}}, tensors)
    write_generation(folder, shape, index)


def make_half(name, folder):
    shape, dtype = HALF[name]
    make_model(shape, seed=500).to(dtype).save_pretrained(folder)
    model = load(folder)
    draw = random.Random(f"causal {name}")
    items = [make_item(draw, model.config) for _ in range(3)]
    with torch.no_grad():
        write_expected(folder, {"batch": items, "stored": str(dtype).removeprefix("torch.")}, logits_of(model, items))


def write_manifest(root):
    files = sorted(p for p in root.rglob("*") if p.is_file() and p.parent != root)
    manifest = {
        "command": "python tests/tools/make_causal_goldens.py tests/golden/causal",
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__, "safetensors": safetensors.__version__},
        "sha256": {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}}
    (root / "MANIFEST.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    root = pathlib.Path(sys.argv[1])
    for index, shape in enumerate(SHAPES):
        (root / shape).mkdir(parents=True, exist_ok=True)
        make_shape(shape, index, root / shape)
    for name in HALF:
        (root / name).mkdir(parents=True, exist_ok=True)
        make_half(name, root / name)
    write_manifest(root)


if __name__ == "__main__":
    main()
