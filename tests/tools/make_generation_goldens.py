"""Writes tests/golden/generation/: what transformers' generate returns on the tiny checkpoints of tests/golden/bart.

    python tests/tools/make_generation_goldens.py tests/golden/bart tests/golden/generation

The checkpoints are random, and random models never end a text: EOS is made reachable by an `eos_lift` added to the
entries of final_logits_bias, written with each set. cases.json: for each set the checkpoint, the lift, the sources;
for each case the arguments of generate and the returned ids (no start token, no padding) and sequences_scores.
`margin` is the smallest gap, relative to the scores, between a choice the search made and the one it did not make
(running beams, candidates that may finish, and the best against the worst finished): a case whose margin is below the
noise of fp32 may differ and is counted as a tie by the test.
"""

import hashlib
import itertools
import json
import pathlib
import random
import sys

import torch
import transformers
from transformers.generation import GenerationMixin

START_SEED = 20250807
# checkpoint, ids that end a text, lift of their logits
SETS = [("biased", [1], 3.0), ("uneven", [2], 2.5), ("single", [1, 7], 2.0), ("biased", [1], 6.0)]
# Beam search compares sums of at most 12 log-probabilities that agree to about 1e-6 relative.
NUM_DIGITS = 9


def sources(draw, vocab_size):
    lengths = [1, 2, 5, 9, 13]
    return [[draw.randrange(4, vocab_size) for _ in range(n)] for n in lengths]


def grid(eos):
    """Every value of every setting, most pairs of them; seeded, so that the file is small and reproducible."""
    draw = random.Random(START_SEED + len(eos))
    for beams, penalty, early in itertools.product((2, 4, 5), (0.0, 0.6, 1.0, 2.0, -1.0), (True, False, "never")):
        case = {"num_beams": beams, "length_penalty": penalty, "early_stopping": early, "max_new_tokens": 12}
        case["num_return_sequences"] = draw.choice([n for n in (1, 2, 4) if n <= beams])
        case["no_repeat_ngram_size"] = draw.choice((0, 2, 3))
        case["repetition_penalty"] = draw.choice((1.0, 1.3))
        if draw.random() < 0.3:
            case["min_new_tokens"] = draw.choice((3, 7))
        if draw.random() < 0.3:
            case["forced_bos_token_id"] = draw.choice((0, 9))
        if draw.random() < 0.3:
            case["forced_eos_token_id"] = eos[0]
        if draw.random() < 0.2:
            case["max_length"] = case.pop("max_new_tokens") - 3
        if draw.random() < 0.1:
            case["max_new_tokens"] = 1
            case.pop("max_length", None)
            case.pop("min_new_tokens", None)
            case.pop("forced_eos_token_id", None)
        yield case
    for ngram, minimum, repetition, forced in itertools.product((0, 2, 3), (None, 5), (1.0, 1.3), (None, 9)):
        case = {"num_beams": 1, "max_new_tokens": 12, "no_repeat_ngram_size": ngram,
                "repetition_penalty": repetition, "num_return_sequences": 1}
        if minimum:
            case["min_new_tokens"] = minimum
        if forced:
            case["forced_bos_token_id"] = forced
        yield case


class Margins:
    """Watches the choices of a search from outside: gaps between what torch.topk kept and what it dropped."""

    def __init__(self):
        self.smallest = float("inf")

    def offer(self, kept, dropped):
        if kept > -1e8 and dropped > -1e8:
            self.smallest = min(self.smallest, (kept - dropped) / max(1.0, abs(kept)))

    def watch_sorted(self, scores, count):
        """All neighbours among the first count + 1 of each row: their order decides too."""
        for row in scores:
            best = torch.sort(row, descending=True).values[: count + 1].tolist()
            for kept, dropped in zip(best, best[1:]):
                self.offer(kept, dropped)


def watched(margins):
    """GenerationMixin's helpers, wrapped."""
    candidates = GenerationMixin._get_top_k_continuations
    finished = GenerationMixin._update_finished_beams
    heuristic = GenerationMixin._check_early_stop_heuristic

    def on_candidates(self, accumulated_log_probs, beams_to_keep, **kwargs):
        margins.watch_sorted(accumulated_log_probs, beams_to_keep)
        return candidates(self, accumulated_log_probs=accumulated_log_probs, beams_to_keep=beams_to_keep, **kwargs)

    def on_finished(self, **kwargs):
        result = finished(self, **kwargs)
        margins.watch_sorted(result[1], kwargs["num_beams"] - 1)
        hits = kwargs["next_token_hits_stopping_criteria"] & kwargs["top_num_beam_mask"][None, :]
        length = kwargs["cur_len"] + 1 - kwargs["decoder_prompt_len"]
        scores = kwargs["topk_log_probs"] / length ** kwargs["length_penalty"]
        for old, new, is_hit in zip(kwargs["beam_scores"].tolist(), scores.tolist(), hits.tolist()):
            for a in (score for score, hit in zip(new, is_hit) if hit):
                for b in old:
                    margins.offer(max(a, b), min(a, b))
        return result

    def on_heuristic(**kwargs):
        length = kwargs["cur_len"] - kwargs["decoder_prompt_len"]
        if kwargs["early_stopping"] == "never" and kwargs["length_penalty"] > 0:
            length = kwargs["max_length"] - kwargs["decoder_prompt_len"]
        best = kwargs["running_beam_scores"][:, 0] / length ** kwargs["length_penalty"]
        for running, worst in zip(best.tolist(), kwargs["beam_scores"].min(dim=1).values.tolist()):
            margins.offer(max(running, worst), min(running, worst))
        return heuristic(**kwargs)

    return {"_get_top_k_continuations": on_candidates, "_update_finished_beams": on_finished,
            "_check_early_stop_heuristic": staticmethod(on_heuristic)}


def load(folder, eos, lift):
    model = transformers.BartForConditionalGeneration.from_pretrained(folder)
    with torch.no_grad():
        model.final_logits_bias[0, eos] += lift
    return model.eval()


def greedy_ids(ids, eos):
    """Without the start token, up to and with the first EOS."""
    for i, token in enumerate(ids[1:], start=1):
        if token in eos:
            return ids[1: i + 1]
    return ids[1:]


def beam_ids(ids, beam_indices):
    """Without the start token; the beam indices tell how much was generated, whatever the padding looks like."""
    return ids[1: 1 + sum(index >= 0 for index in beam_indices)]


def greedy_margin(scores, margins):
    for step in scores:
        for row in step:
            best = torch.topk(row, 2).values.tolist()
            margins.offer(*best)


def run_case(model, rows, eos, case):
    pad = model.config.pad_token_id
    length = max(len(row) for row in rows)
    ids = torch.tensor([row + [pad] * (length - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    margins = Margins()
    # Nothing but the case and the special tokens: the checkpoint's own forced_eos_token_id must not join in.
    config = transformers.GenerationConfig(
        bos_token_id=0, pad_token_id=pad, eos_token_id=eos, do_sample=False, output_scores=True,
        decoder_start_token_id=model.config.decoder_start_token_id, return_dict_in_generate=True, **case)
    originals = {name: GenerationMixin.__dict__[name] for name in watched(margins)}
    for name, value in watched(margins).items():
        setattr(GenerationMixin, name, value)
    model.generation_config = config
    with torch.no_grad():
        out = model.generate(input_ids=ids, attention_mask=mask)
    for name, value in originals.items():
        setattr(GenerationMixin, name, value)
    sequences = out.sequences.tolist()
    if case["num_beams"] == 1:
        greedy_margin(out.scores, margins)
        scores = [None] * len(sequences)
        returned = [greedy_ids(sequence, eos) for sequence in sequences]
    else:
        scores = out.sequences_scores.tolist()
        returned = [beam_ids(*pair) for pair in zip(sequences, out.beam_indices.tolist())]
    each = case["num_return_sequences"]
    return {
        "config": case,
        "ids": [returned[i: i + each] for i in range(0, len(returned), each)],
        "scores": [[s if s is None else float(f"{s:.{NUM_DIGITS}g}") for s in scores[i: i + each]]
                   for i in range(0, len(scores), each)],
        "margin": float(f"{min(margins.smallest, 1.0):.3g}"),
    }


def main():
    checkpoints, out = map(pathlib.Path, sys.argv[1:3])
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    sets = []
    for number, (name, eos, lift) in enumerate(SETS):
        model = load(checkpoints / name, eos, lift)
        rows = sources(random.Random(START_SEED + number), model.config.vocab_size)
        cases = [run_case(model, rows, eos, case) for case in grid(eos)]
        sets.append({"checkpoint": name, "eos_token_id": eos, "eos_lift": lift, "sources": rows, "cases": cases})
    text = json.dumps({"sets": sets}, separators=(",", ":")).replace('{"config"', '\n{"config"') + "\n"
    out.mkdir(parents=True, exist_ok=True)
    (out / "cases.json").write_text(text)
    manifest = {
        "command": "python tests/tools/make_generation_goldens.py tests/golden/bart tests/golden/generation",
        "sha256": {"cases.json": hashlib.sha256(text.encode()).hexdigest()},
        "checkpoints": {name: hashlib.sha256((checkpoints / name / "model.safetensors").read_bytes()).hexdigest()
                        for name in sorted({name for name, _, _ in SETS})},
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__},
    }
    (out / "MANIFEST.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
