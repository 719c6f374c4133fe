"""Races plumbline against transformers and CTranslate2: same weights, same rows, alternating, in one run.

    python tests/tools/race_peers.py --plumbline ./plumbline [--family bart|t5|llama|qwen3] [--size base|tiny]
        [--phases train,beam,greedy] [--pairs 7] [--threads 2] [--state FILE] [--work DIR]

Parity comes first: likelihoods of all rows, and the ids of both searches, must be those of transformers, or no race is
run (an id may differ where two choices are closer than fp32 noise; such rows are counted). Then every side runs in
turns: transformers' Trainer in its default order and by length; transformers' generate; CTranslate2; `plumbline bench`.
Prints each side's median and spread, the medians of the paired ratios, and the matrix product's and memory's limits
that plumbline measured in the same turns. `--state` keeps the figures, so that several short runs make one table.
Lengths are drawn as real dialogues have them: log-normal, sources about 150 tokens (40 to 400), targets about 28.
Wanted: transformers 5.23, accelerate, torch 2.13; ctranslate2 4.8 (left out when it is not installed).
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import race_table

BATCH, BEAMS, NEW_TOKENS = 8, 4, 48
PAD, EOS, BOS = 3, 1, 0
NOISE = 1e-5  # relative, of a score; absolute, of a logit
SIDES = {"train": ("plumbline", "trainer", "trainer by length"),
         "beam": ("plumbline", "transformers", "ctranslate2"),
         "greedy": ("plumbline", "transformers", "ctranslate2")}


def make_model(family, size):
    import torch
    import transformers as tf
    torch.manual_seed(42)
    small = size == "tiny"
    common = {"pad_token_id": PAD, "bos_token_id": BOS, "eos_token_id": EOS, "vocab_size": 4000 if small else 30000}
    width, layers, heads, inner = (128, 2, 4, 512) if small else (768, 6, 16, 3072)
    if family == "bart":
        return tf.BartForConditionalGeneration(tf.BartConfig(
            **common, d_model=width, encoder_layers=layers, decoder_layers=layers, encoder_attention_heads=heads,
            decoder_attention_heads=heads, encoder_ffn_dim=inner, decoder_ffn_dim=inner, dropout=0.0,
            max_position_embeddings=1026, decoder_start_token_id=EOS, forced_eos_token_id=None)).eval()
    if family == "t5":
        return tf.T5ForConditionalGeneration(tf.T5Config(
            **common, d_model=width, d_kv=width // heads, d_ff=inner * 2 // 3, num_layers=layers, num_heads=heads,
            dropout_rate=0.0, feed_forward_proj="gated-gelu", decoder_start_token_id=PAD,
            tie_word_embeddings=False)).eval()
    shape = dict(common, hidden_size=width, intermediate_size=inner * 2 // 3, num_hidden_layers=2 * layers,
                 num_attention_heads=heads, num_key_value_heads=heads // 4, head_dim=width // heads,
                 max_position_embeddings=2048, tie_word_embeddings=True)
    if family == "llama":
        return tf.LlamaForCausalLM(tf.LlamaConfig(**shape)).eval()
    return tf.Qwen3ForCausalLM(tf.Qwen3Config(**shape)).eval()


def make_rows(count, vocabulary):
    draw = random.Random(42)

    def ids(median, sigma, least, most):
        length = min(most, max(least, round(median * draw.lognormvariate(0, sigma))))
        return [draw.randrange(10, vocabulary) for _ in range(length - 1)] + [EOS]

    return [{"fname": f"row_{i}", "input_ids": ids(150, 0.5, 40, 400), "labels": ids(28, 0.45, 8, 100)}
            for i in range(count)]


class Transformers:
    """The peer in this process, kept warm."""

    def __init__(self, model, family):
        self.model, self.causal = model, family in ("llama", "qwen3")
        self.saved = {name: value.clone() for name, value in model.state_dict().items()}

    def collate(self, rows):
        """Padded on the right; a decoder-only model reads the source as prompt and learns the target alone."""
        import torch
        if self.causal:
            inputs = [row["input_ids"] + row["labels"] for row in rows]
            labels = [[-100] * len(row["input_ids"]) + row["labels"] for row in rows]
        else:
            inputs, labels = [row["input_ids"] for row in rows], [row["labels"] for row in rows]
        width, depth = max(map(len, inputs)), max(map(len, labels))
        labels = torch.tensor([ids + [-100] * (depth - len(ids)) for ids in labels])
        batch = {"input_ids": torch.tensor([ids + [PAD] * (width - len(ids)) for ids in inputs]),
                 "attention_mask": torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids in inputs]),
                 "labels": labels}
        if not self.causal:
            batch["decoder_input_ids"] = self.model.prepare_decoder_input_ids_from_labels(labels=labels)
        return batch

    def likelihoods(self, rows):
        """Summed nll of each row's target."""
        import torch
        sums = []
        for row in rows:
            batch = self.collate([row])
            with torch.no_grad():
                logits = self.model(**batch).logits[0].double()
            labels = batch["labels"][0]
            if self.causal:
                logits, labels = logits[:-1], labels[1:]
            sums.append(torch.nn.functional.cross_entropy(logits, labels, reduction="sum").item())
        return sums

    def train(self, rows, work, by_length):
        """Seconds of an epoch of Trainer; the epoch before it warms memory."""
        import time
        import transformers
        ends = []

        class Clock(transformers.TrainerCallback):
            def on_step_end(self, *unused, **ignored):
                ends.append(time.perf_counter())

        strategy = {"train_sampling_strategy": "group_by_length"} if by_length else {}
        settings = transformers.TrainingArguments(
            output_dir=str(work / "trainer"), per_device_train_batch_size=BATCH, num_train_epochs=2,
            learning_rate=1e-6, report_to=[], save_strategy="no", logging_strategy="no", disable_tqdm=True,
            use_cpu=True, remove_unused_columns=False, seed=42, dataloader_pin_memory=False, **strategy)
        transformers.Trainer(model=self.model, args=settings, train_dataset=rows, data_collator=self.collate,
                             callbacks=[Clock()]).train()
        self.model.load_state_dict(self.saved)
        self.model.eval()
        steps = len(ends) // 2
        return ends[-1] - ends[steps - 1]

    def generate(self, rows, beams):
        """Ids, scores of beams (or logits of each greedy step) and tokens a second; longest first, as plumbline does."""
        import time
        import torch
        order = sorted(range(len(rows)), key=lambda i: -len(rows[i]["input_ids"]))
        ids, scores, seconds = [None] * len(rows), [None] * len(rows), 0.0
        for begin in range(0, len(order), BATCH):
            part = order[begin:begin + BATCH]
            sources = [rows[i]["input_ids"] for i in part]
            width = max(map(len, sources))
            left = lambda fill, source, value: fill + source if self.causal else source + fill
            inputs = torch.tensor([left([PAD] * (width - len(s)), s, PAD) for s in sources])
            mask = torch.tensor([left([0] * (width - len(s)), [1] * len(s), 0) for s in sources])
            start = time.perf_counter()
            with torch.no_grad():
                out = self.model.generate(
                    input_ids=inputs, attention_mask=mask, num_beams=beams, do_sample=False,
                    max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, return_dict_in_generate=True,
                    output_scores=True)
            seconds += time.perf_counter() - start
            for place, i in enumerate(part):
                ids[i] = out.sequences[place, width if self.causal else 1:].tolist()
                scores[i] = (out.sequences_scores[place].item() if beams > 1 else
                             [step[place] for step in out.scores])
        return ids, scores, len(rows) * NEW_TOKENS / seconds


class CTranslate2:
    """Converted from the same weights; words are the ids in decimal."""

    def __init__(self, family, model, vocabulary, work, threads):
        import ctranslate2
        import tokenizers
        import transformers
        source, target = work / "hf_words", work / "ct2"
        special = {PAD: "<pad>", EOS: "</s>", BOS: "<s>"}
        self.words = [special.get(i, str(i)) for i in range(vocabulary)]
        model.save_pretrained(source)
        if family == "bart":  # fields that transformers 5 dropped and the converter still reads
            config = json.loads((source / "config.json").read_text())
            config.update(normalize_before=False, normalize_embedding=True, add_final_layer_norm=False)
            (source / "config.json").write_text(json.dumps(config))
        words = tokenizers.Tokenizer(tokenizers.models.WordLevel(
            {word: i for i, word in enumerate(self.words)}, unk_token="<pad>"))
        transformers.PreTrainedTokenizerFast(
            tokenizer_object=words, pad_token="<pad>", eos_token="</s>", bos_token="<s>",
            unk_token="<pad>").save_pretrained(source)
        ctranslate2.converters.TransformersConverter(str(source)).convert(str(target), force=True)
        self.causal = family in ("llama", "qwen3")
        kind = ctranslate2.Generator if self.causal else ctranslate2.Translator
        self.engine = kind(str(target), device="cpu", inter_threads=1, intra_threads=threads, compute_type="float32")

    def rate(self, rows, beams):
        import time
        order = sorted(rows, key=lambda row: -len(row["input_ids"]))
        texts = [[self.words[i] for i in row["input_ids"]] for row in order]
        start = time.perf_counter()
        if self.causal:
            results = self.engine.generate_batch(
                texts, beam_size=beams, max_length=NEW_TOKENS, min_length=NEW_TOKENS, max_batch_size=BATCH,
                include_prompt_in_result=False)
            tokens = sum(len(result.sequences[0]) for result in results)
        else:
            results = self.engine.translate_batch(
                texts, beam_size=beams, max_decoding_length=NEW_TOKENS, min_decoding_length=NEW_TOKENS,
                max_batch_size=BATCH)
            tokens = sum(len(result.hypotheses[0]) for result in results)
        return tokens / (time.perf_counter() - start)


class Plumbline:
    def __init__(self, program, work, threads):
        self.program, self.work, self.threads = program, work, str(threads)
        self.limits = []

    def lines(self, verb, words):
        out = self.work / f"{verb}.jsonl"
        subprocess.run([self.program, verb, "--model", str(self.work / "hf"), "--data", str(self.work / "rows.jsonl"),
                        "--out", str(out), "--threads", self.threads, "--set=data.max_source_length=4096", *words],
                       check=True, stdout=subprocess.DEVNULL)
        return [json.loads(line) for line in out.read_text().splitlines()]

    def likelihoods(self):
        return [line["nll"] for line in self.lines("score", [])]

    def generate(self, beams):
        return self.lines("generate", ["--num-beams", str(beams), "--max-new-tokens", str(NEW_TOKENS),
                                       "--min-new-tokens", str(NEW_TOKENS), "--batch-size", str(BATCH)])

    def rate(self, phase):
        """Of one repetition after the program's own warm-up: samples a second trained, tokens a second generated."""
        part = "training" if phase == "train" else "generation"
        beams = BEAMS if phase == "beam" else 1
        done = subprocess.run(
            [self.program, "bench", "--model", str(self.work / "hf"), "--inputs", str(self.work / "rows.jsonl"),
             "--only", part, "--batch-size", str(BATCH), "--beams", str(beams), "--new-tokens", str(NEW_TOKENS),
             "--threads", self.threads, "--repetitions", "1", "--min-time", "0.01", "--json"],
            check=True, capture_output=True, text=True)
        document = json.loads(done.stdout)
        self.limits.append([max(values) for values in document["machine"].values()])
        wanted = {"train": "train", "beam": f"generate/beam{BEAMS}", "greedy": "generate/greedy"}[phase]
        rates = next(one["rates"] for one in document["benchmarks"] if one["name"] == wanted)
        return rates["samples_per_s" if phase == "train" else "tokens_per_s"][0]


def require_parity(ours, theirs, rows, phases):
    pairs = list(zip(ours.likelihoods(), theirs.likelihoods(rows)))
    worst = max(abs(a - b) / abs(b) for a, b in pairs)
    print(f"parity: likelihoods of {len(rows)} rows within {worst:.1e}")
    if worst > NOISE:
        sys.exit("no race: likelihoods differ")
    for phase, beams in (("beam", BEAMS), ("greedy", 1)):
        if phase not in phases:
            continue
        found = ours.generate(beams)
        ids, scores, _ = theirs.generate(rows, beams)
        ties = 0
        for line, wanted, score in zip(found, ids, scores):
            if line["token_ids"] == wanted:
                continue
            if beams > 1:
                close = abs(line["score"] - score) <= NOISE * abs(score)
            else:
                step = next(i for i, (a, b) in enumerate(zip(line["token_ids"], wanted)) if a != b)
                close = abs(score[step][line["token_ids"][step]] - score[step][wanted[step]]).item() <= NOISE
            if not close:
                sys.exit(f"no race: {line['fname']} has other ids than transformers ({phase})")
            ties += 1
        print(f"parity: {phase}, {len(rows) - ties} of {len(rows)} rows have transformers' ids, {ties} ties")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plumbline", default="./plumbline")
    parser.add_argument("--family", choices=("bart", "t5", "llama", "qwen3"), default="bart")
    parser.add_argument("--size", choices=("base", "tiny"), default="base")
    parser.add_argument("--phases", default="train,beam,greedy")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--state", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--skip-parity", action="store_true", help="a further run with the same --state")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    import torch
    import transformers
    torch.set_num_threads(options.threads)
    transformers.logging.set_verbosity_error()
    phases = options.phases.split(",")
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or pathlib.Path(scratch)
        work.mkdir(parents=True, exist_ok=True)
        model = make_model(options.family, options.size)
        rows = make_rows(options.rows, model.config.vocab_size)
        model.save_pretrained(work / "hf")
        (work / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        theirs, ours = Transformers(model, options.family), Plumbline(options.plumbline, work, options.threads)
        try:
            third = CTranslate2(options.family, model, model.config.vocab_size, work, options.threads)
        except ImportError:
            third = None
        if not options.skip_parity:
            require_parity(ours, theirs, rows, phases)
        state = race_table.load(options.state)
        for phase in phases:
            beams = BEAMS if phase == "beam" else 1
            runs = {"plumbline": lambda: ours.rate(phase),
                    "trainer": lambda: len(rows) / theirs.train(rows, work, False),
                    "trainer by length": lambda: len(rows) / theirs.train(rows, work, True),
                    "transformers": lambda: theirs.generate(rows, beams)[2],
                    "ctranslate2": lambda: third.rate(rows, beams)}
            sides = [side for side in SIDES[phase] if third is not None or side != "ctranslate2"]
            for side in sides[1:] if not options.skip_parity else []:
                runs[side]()  # warm; plumbline's program warms itself
            for _ in range(options.pairs):
                race_table.add(state, f"{options.family} {options.size} {phase}", {s: runs[s]() for s in sides})
        race_table.add_limits(state, ours.limits)
        race_table.save(state, options.state)
        race_table.show(state)


if __name__ == "__main__":
    main()
