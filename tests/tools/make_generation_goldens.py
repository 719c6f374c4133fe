"""Writes tests/golden/generation/: what transformers' generate returns on the tiny checkpoints of tests/golden/bart.

    python tests/tools/make_generation_goldens.py tests/golden/bart tests/golden/generation
    python tests/tools/make_generation_goldens.py tests/golden/bart OUT --random 3000

The checkpoints are random, and random models never end a text: EOS is made reachable by an `eos_lift` added to the
entries of final_logits_bias, written with each set. cases.json: for each set the checkpoint, the lift, the sources;
for each case the arguments of generate and the returned ids (no start token, no padding) and sequences_scores.
`margin` is the smallest gap, relative to the scores, between a choice the search made and the one it did not make
(running beams, candidates that may finish, and the best against the worst finished): a case whose margin is below the
noise of fp32 may differ and is counted as a tie by the test. Cases of one `group` differ in early_stopping alone.

as_saved.json: checkpoints as they lie, generation_config.json in force, for the verbs: ids, scores, and the
teacher-forced negative log-likelihood of each row of tests/golden/bart/*/expected.json.
warpers.json: rows of scores, and the distribution that temperature, top_k and top_p leave of them.
--random writes cases.json alone, with that many seeded cases; the test reads it by PLUMBLINE_GENERATION_CASES.
"""

import argparse
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


EARLY = (True, False, "never")


def grid(eos):
    """Every value of every setting, most pairs of them; seeded, so that the file is small and reproducible."""
    draw = random.Random(START_SEED + len(eos))
    for group, (beams, penalty) in enumerate(itertools.product((2, 4, 5), (0.0, 0.6, 1.0, 2.0, -1.0))):
        case = {"num_beams": beams, "length_penalty": penalty, "max_new_tokens": 12}
        case["num_return_sequences"] = draw.choice([n for n in (1, 2, 4) if n <= beams])
        case["no_repeat_ngram_size"] = draw.choice((0, 0, 2, 3))
        case["repetition_penalty"] = draw.choice((1.0, 1.3))
        if draw.random() < 0.3:
            case["min_new_tokens"] = draw.choice((3, 7))
        if draw.random() < 0.3:
            case["forced_bos_token_id"] = draw.choice((0, 9))
        if draw.random() < 0.3:
            case["forced_eos_token_id"] = draw.choice((eos[0], eos))
        if draw.random() < 0.3:
            case["max_length"] = case.pop("max_new_tokens") - 3
            if draw.random() < 0.5:
                case.pop("min_new_tokens", None)
                case["min_length"] = draw.choice((2, 5))
        if draw.random() < 0.1:
            case = {"num_beams": beams, "length_penalty": penalty, "max_new_tokens": 1, "num_return_sequences": 1}
        for early in EARLY:
            yield {**case, "early_stopping": early}, group
    for ngram, minimum, repetition, forced in itertools.product((0, 2, 3), (None, 5), (1.0, 1.3), (None, 9)):
        case = {"num_beams": 1, "max_new_tokens": 12, "no_repeat_ngram_size": ngram,
                "repetition_penalty": repetition, "num_return_sequences": 1}
        if minimum:
            case["min_new_tokens"] = minimum
        if forced:
            case["forced_bos_token_id"] = forced
        yield case, None


def random_case(draw, eos):
    """Any setting with any other."""
    beams = draw.choice((1, 2, 3, 4, 6))
    case = {"num_beams": beams, "num_return_sequences": draw.randint(1, beams),
            "no_repeat_ngram_size": draw.choice((0, 0, 1, 2, 3)),
            "repetition_penalty": draw.choice((1.0, 1.0, 1.2, 2.0, 0.8))}
    if beams > 1:
        case["length_penalty"] = draw.choice((0.0, 0.5, 1.0, 1.0, 2.0, -1.0))
    longest = draw.choice((1, 2, 6, 12, 16))
    if draw.random() < 0.5:
        case["max_new_tokens"] = longest
    else:
        case["max_length"] = longest + 1
    if draw.random() < 0.25:
        case["min_new_tokens"] = draw.randint(0, longest)
    elif draw.random() < 0.25:
        case["min_length"] = draw.randint(0, longest + 1)
    if draw.random() < 0.25:
        case["forced_bos_token_id"] = draw.choice((0, 9, eos[0]))
    if draw.random() < 0.25:
        case["forced_eos_token_id"] = draw.choice((eos[0], eos, 11))
    return case


def random_sets(count):
    """Sets of 30 cases; beam cases come three times, once for each early_stopping."""
    for number in range(-(-count // 30)):
        draw = random.Random(START_SEED + 1000 + number)
        name, eos, lift = (draw.choice(("biased", "uneven", "single")), draw.choice(([1], [2], [1, 7], [2, 9, 30])),
                           draw.choice((0.0, 1.5, 2.5, 3.5, 6.0)))
        rows = [[draw.randrange(4, 90) for _ in range(draw.randint(1, 14))] for _ in range(draw.randint(1, 6))]
        cases = []
        while len(cases) < 30:
            case = random_case(draw, eos)
            if case["num_beams"] == 1:
                cases.append((case, None))
            else:
                cases += [({**case, "early_stopping": early}, len(cases)) for early in EARLY]
        yield name, eos, lift, rows, cases


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


def run_case(model, rows, eos, case, group):
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
    golden = {
        "config": case,
        "ids": [returned[i: i + each] for i in range(0, len(returned), each)],
        "scores": [[s if s is None else float(f"{s:.{NUM_DIGITS}g}") for s in scores[i: i + each]]
                   for i in range(0, len(scores), each)],
        "margin": float(f"{min(margins.smallest, 1.0):.3g}"),
    }
    return golden if group is None else {**golden, "group": group}


def run_set(checkpoints, name, eos, lift, rows, cases):
    model = load(checkpoints / name, eos, lift)
    return {"checkpoint": name, "eos_token_id": eos, "eos_lift": lift, "sources": rows,
            "cases": [run_case(model, rows, eos, case, group) for case, group in cases]}


def row_nll(model, row):
    """Summed over the labels that count; the decoder reads what the model itself makes of the labels."""
    labels = torch.tensor(row["labels"])
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([row["input_ids"]]), labels=labels[None]).logits[0]
    nll = torch.nn.functional.cross_entropy(logits.double(), labels, ignore_index=-100, reduction="sum")
    return {"nll": nll.item(), "tokens": int((labels != -100).sum())}


AS_SAVED = ({"max_new_tokens": 8}, {"num_beams": 4, "max_new_tokens": 8},
            {"num_beams": 3, "num_return_sequences": 2, "max_new_tokens": 9, "min_new_tokens": 5,
             "no_repeat_ngram_size": 2, "length_penalty": 2.0, "early_stopping": True})


def as_saved(checkpoints):
    """What a user gets who adds only these arguments: forced_eos_token_id and the rest come from the files."""
    result = []
    for name in ("single", "uneven"):
        model = transformers.BartForConditionalGeneration.from_pretrained(checkpoints / name).eval()
        rows = json.loads((checkpoints / name / "expected.json").read_text())["batch"]
        eos = [model.generation_config.eos_token_id]
        cases = []
        for case in AS_SAVED:
            outputs = []
            for row in rows:
                with torch.no_grad():
                    out = model.generate(input_ids=torch.tensor([row["input_ids"]]), return_dict_in_generate=True,
                                         output_scores=True, **case)
                best = out.sequences[0].tolist()
                outputs.append(greedy_ids(best, eos) if case.get("num_beams", 1) == 1
                               else beam_ids(best, out.beam_indices[0].tolist()))
            cases.append({"arguments": case, "ids": outputs})
        result.append({"checkpoint": name, "cases": cases, "scores": [row_nll(model, row) for row in rows]})
    return result


def warpers():
    """transformers' own warpers, in the order of its generate, on rows with and without banned tokens."""
    draw = random.Random(START_SEED)
    result = []
    for temperature, k, p in itertools.product((1.0, 0.6, 1.7), (0, 1, 3, 50), (1.0, 0.95, 0.5, 0.05)):
        row = [round(draw.gauss(0, 2.5), 3) for _ in range(24)]
        config = transformers.GenerationConfig(do_sample=True, temperature=temperature, top_k=k, top_p=p)
        steps = transformers.generation.LogitsProcessorList()
        if temperature != 1.0:
            steps.append(transformers.TemperatureLogitsWarper(config.temperature))
        if k:
            steps.append(transformers.TopKLogitsWarper(config.top_k))
        if p < 1.0:
            steps.append(transformers.TopPLogitsWarper(config.top_p))
        warped = steps(torch.zeros((1, 1), dtype=torch.long), torch.tensor([row]))
        result.append({"temperature": temperature, "top_k": k, "top_p": p, "scores": row,
                       "probabilities": [float(f"{x:.9g}") for x in warped.softmax(-1)[0].tolist()]})
    return result


def one_case_a_line(value):
    text = json.dumps(value, separators=(",", ":"))
    for key in ("config", "arguments", "temperature"):
        text = text.replace('{"%s"' % key, '\n{"%s"' % key)
    return text + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoints", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--random", type=int, default=0)
    arguments = parser.parse_args()
    checkpoints, out = arguments.checkpoints, arguments.out
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    out.mkdir(parents=True, exist_ok=True)
    if arguments.random:
        sets = [run_set(checkpoints, *one) for one in random_sets(arguments.random)]
        (out / "cases.json").write_text(one_case_a_line({"sets": sets}))
        return
    sets = []
    for number, (name, eos, lift) in enumerate(SETS):
        rows = sources(random.Random(START_SEED + number), load(checkpoints / name, eos, lift).config.vocab_size)
        sets.append(run_set(checkpoints, name, eos, lift, rows, grid(eos)))
    texts = {"cases.json": one_case_a_line({"sets": sets}),
             "as_saved.json": one_case_a_line(as_saved(checkpoints)),
             "warpers.json": one_case_a_line(warpers())}
    for name, text in texts.items():
        (out / name).write_text(text)
    manifest = {
        "command": "python tests/tools/make_generation_goldens.py tests/golden/bart tests/golden/generation",
        "sha256": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()},
        "checkpoints": {name: hashlib.sha256((checkpoints / name / "model.safetensors").read_bytes()).hexdigest()
                        for name in sorted({name for name, _, _ in SETS})},
        "versions": {"python": sys.version.split()[0], "torch": torch.__version__,
                     "transformers": transformers.__version__},
    }
    (out / "MANIFEST.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
