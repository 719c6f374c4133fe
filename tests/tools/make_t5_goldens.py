"""Writes tests/golden/t5/: tiny random T5 1.0, T5 1.1 and mT5 checkpoints as transformers saves them, and what
transformers computes with them: logits, losses, every gradient, twenty optimizer steps, greedy and beam search.

    python tests/tools/make_t5_goldens.py tests/golden/t5

One folder a shape: the checkpoint (config.json in the dialect of transformers 4 or 5, model.safetensors), expected.json
(batches, losses, training curve, searches) and expected.safetensors (logits an item, gradients by name, embedding after
training). buckets.json: the bucket of every distance, for several numbers of buckets and largest distances. The weights
of a search's EOS row are moved towards the mean hidden state: random models never end a text by themselves.
"""

import copy
import itertools
import json
import pathlib
import random
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers.generation import GenerationMixin
from transformers.models.t5.modeling_t5 import T5Attention

import make_bart_goldens as seq2seq
import make_generation_goldens as search

IDS = dict(pad_token_id=0, eos_token_id=1, decoder_start_token_id=0)

# family, dialect of config.json, whether the output projection is its own, settings. No inner width (heads * d_kv) is
# d_model, no vocabulary a multiple of 8; buckets are few, so that every one is met.
SHAPES = {
    "relu": ("t5", 5, False, dict(
        vocab_size=99, d_model=14, d_kv=5, d_ff=22, num_layers=2, num_decoder_layers=2, num_heads=3,
        relative_attention_num_buckets=8, relative_attention_max_distance=12, feed_forward_proj="relu")),
    "gated": ("t5", 4, True, dict(
        vocab_size=101, d_model=16, d_kv=6, d_ff=20, num_layers=3, num_decoder_layers=1, num_heads=4,
        relative_attention_num_buckets=10, relative_attention_max_distance=20, feed_forward_proj="gated-gelu")),
    "mt5": ("mt5", 5, True, dict(
        vocab_size=107, d_model=12, d_kv=7, d_ff=26, num_layers=1, num_decoder_layers=1, num_heads=2,
        relative_attention_num_buckets=6, relative_attention_max_distance=9, feed_forward_proj="gated-gelu")),
    "silu": ("t5", 4, False, dict(
        vocab_size=93, d_model=10, d_kv=8, d_ff=18, num_layers=1, num_decoder_layers=3, num_heads=1,
        relative_attention_num_buckets=32, relative_attention_max_distance=128, feed_forward_proj="gated-silu")),
}

TRAINING = {
    "relu": dict(learning_rate=3e-3, weight_decay=0.0, warmup_steps=0, accumulation=1, smoothing=0.0, clip=1.0),
    "gated": dict(learning_rate=5e-3, weight_decay=0.1, warmup_steps=5, accumulation=2, smoothing=0.1, clip=1.0),
    "mt5": dict(learning_rate=2e-3, weight_decay=0.01, warmup_steps=3, accumulation=3, smoothing=0.0, clip=0.5),
    "silu": dict(learning_rate=2e-3, weight_decay=0.0, warmup_steps=2, accumulation=2, smoothing=0.0, clip=1.0),
}
# How far the EOS row is moved.
LIFTS = {"relu": 0.5, "gated": 0.6, "mt5": 0.9, "silu": 0.4}

CLASSES = {"t5": (transformers.T5Config, transformers.T5ForConditionalGeneration),
           "mt5": (transformers.MT5Config, transformers.MT5ForConditionalGeneration)}


def random_weights(shape, seed):
    """Every tensor random, norms too; the relative bias large enough that it matters."""
    family, _, own_head, settings = SHAPES[shape]
    config_class, model_class = CLASSES[family]
    model = model_class(config_class(dropout_rate=0.0, **IDS, **settings))
    if own_head:
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.lm_head.weight))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in model.named_parameters():
            noise = torch.randn(value.shape, generator=generator)
            if name.endswith("layer_norm.weight"):
                value.copy_(1 + 0.2 * noise)
            else:
                value.copy_((0.6 if "relative_attention_bias" in name else 0.15) * noise)
    return model.eval()


def lift_eos(model, items, lift):
    """Moves the output row of EOS along the mean final hidden state of the decoder."""
    hidden = []
    hook = model.decoder.register_forward_hook(lambda module, inputs, output: hidden.append(output[0].detach()))
    with torch.no_grad():
        model(**{k: v for k, v in seq2seq.padded(items, model.config).items() if k != "labels"})
        hook.remove()
        mean = torch.cat([h.flatten(0, 1) for h in hidden]).mean(0)
        model.lm_head.weight[IDS["eos_token_id"]] += lift * mean / mean.norm()


def into_dialect_4(folder, own_head):
    """What transformers 4 wrote: torch_dtype, tying as the head has it."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["torch_dtype"] = config.pop("dtype")
    config.pop("scale_decoder_outputs", None)
    config["tie_word_embeddings"] = not own_head
    config.update(output_past=True, n_positions=512, transformers_version="4.46.3",
                  task_specific_params={"summarization": {"num_beams": 4, "prefix": "summarize: "}})
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make_model(shape, seed, items, folder):
    """Saves the checkpoint and returns it as transformers loads it again."""
    family, dialect, own_head, _ = SHAPES[shape]
    model = random_weights(shape, seed)
    lift_eos(model, items, LIFTS[shape])
    model.save_pretrained(folder)
    if dialect == 4:
        into_dialect_4(folder, own_head)
    model = CLASSES[family][1].from_pretrained(folder).eval()
    assert (model.lm_head.weight is model.shared.weight) == (not own_head), shape
    return model


def make_item(draw, config):
    """Longer than the largest distance of most shapes; the pad id may stand inside, since masks come from lengths."""
    item = seq2seq.make_item(draw, config)
    if draw.random() < 0.5:
        item["input_ids"] = item["input_ids"] + [draw.randrange(2, config.vocab_size) for _ in range(20)]
    return item


def cases():
    for beams, penalty, early in itertools.product((2, 4), (0.6, 1.0, 2.0), (True, False, "never")):
        yield {"num_beams": beams, "length_penalty": penalty, "early_stopping": early, "max_new_tokens": 12,
               "num_return_sequences": beams // 2, "no_repeat_ngram_size": 2 if penalty == 0.6 else 0}
    for ngram, repetition in itertools.product((0, 2), (1.0, 1.3)):
        yield {"num_beams": 1, "max_new_tokens": 14, "no_repeat_ngram_size": ngram, "num_return_sequences": 1,
               "repetition_penalty": repetition}
    yield {"num_beams": 3, "max_new_tokens": 30, "min_new_tokens": 25, "num_return_sequences": 1}


def has_usable_cache(config):
    """Transformers 5.23 makes its cache for num_layers, too few when the decoder is deeper: generate then fails."""
    return config.num_decoder_layers <= config.num_layers


def run_case(model, rows, case):
    eos, pad = [IDS["eos_token_id"]], IDS["pad_token_id"]
    length = max(len(row) for row in rows)
    ids = torch.tensor([row + [pad] * (length - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    margins = search.Margins()
    model.generation_config = transformers.GenerationConfig(
        do_sample=False, output_scores=True, return_dict_in_generate=True, use_cache=has_usable_cache(model.config),
        **IDS, **case)
    originals = {name: GenerationMixin.__dict__[name] for name in search.watched(margins)}
    for name, value in search.watched(margins).items():
        setattr(GenerationMixin, name, value)
    with torch.no_grad():
        out = model.generate(input_ids=ids, attention_mask=mask)
    for name, value in originals.items():
        setattr(GenerationMixin, name, value)
    sequences, each = out.sequences.tolist(), case["num_return_sequences"]
    if case["num_beams"] == 1:
        search.greedy_margin(out.scores, margins)
        scores = [None] * len(sequences)
        returned = [search.greedy_ids(sequence, eos) for sequence in sequences]
    else:
        scores = [float(f"{score:.9g}") for score in out.sequences_scores.tolist()]
        returned = [search.beam_ids(*pair) for pair in zip(sequences, out.beam_indices.tolist())]
    return {"config": case, "ids": [returned[i: i + each] for i in range(0, len(returned), each)],
            "scores": [scores[i: i + each] for i in range(0, len(scores), each)],
            "margin": float(f"{min(margins.smallest, 1.0):.3g}")}


def make_shape(shape, index, folder):
    draw = random.Random(f"t5 {shape}")
    config = CLASSES[SHAPES[shape][0]][0](**IDS, **SHAPES[shape][3])
    items = [make_item(draw, config) for _ in range(4)]
    model = make_model(shape, 300 + index, items, folder)
    losses, tensors = seq2seq.forward_backward(model, items, "single" if shape == "mt5" else shape)
    rows = [[draw.randrange(2, config.vocab_size) for _ in range(n)] for n in (1, 2, 5, 9, 30)]
    searches = {"sources": rows, "cases": [run_case(model, rows, case) for case in cases()]}
    micro_batches = [[make_item(draw, config) for _ in range(2)] for _ in range(5)]
    model.zero_grad()
    steps, decayed = seq2seq.train(model, micro_batches, TRAINING[shape])
    tensors["trained/shared.weight"] = model.shared.weight.detach().clone()
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "expected.safetensors")
    expected = {
        "parameters": [name for name, _ in model.named_parameters()], "batch": items,
        "num_tokens": seq2seq.num_tokens(items), "mean_loss": losses, "generation": searches,
        "training": {"settings": TRAINING[shape], "num_steps": seq2seq.NUM_STEPS, "decayed": decayed,
                     "micro_batches": micro_batches, "steps": steps}}
    text = json.dumps(expected, separators=(",", ":"), sort_keys=True).replace('{"config"', '\n{"config"')
    (folder / "expected.json").write_text(text + "\n")


def buckets():
    """Both directions, past the largest distance; the pairs in use (32, 128), odd ones and ones at a power."""
    rows = []
    for count, distance in ((32, 128), (32, 129), (8, 12), (10, 20), (6, 9), (64, 256), (31, 100), (16, 1000)):
        reach = torch.arange(-3 * min(distance, 400), 3 * min(distance, 400) + 1)
        for both in (True, False):
            found = T5Attention._relative_position_bucket(reach, both, count, distance)
            rows.append({"num_buckets": count, "max_distance": distance, "bidirectional": both,
                         "first": int(reach[0]), "buckets": found.tolist()})
    return rows


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    root = pathlib.Path(sys.argv[1])
    for index, shape in enumerate(SHAPES):
        folder = root / shape
        folder.mkdir(parents=True, exist_ok=True)
        make_shape(shape, index, folder)
    (root / "buckets.json").write_text(json.dumps(buckets(), separators=(",", ":")).replace("},{", "},\n{") + "\n")
    seq2seq.write_manifest(root, "make_t5_goldens.py")


if __name__ == "__main__":
    main()
