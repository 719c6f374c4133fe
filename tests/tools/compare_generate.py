"""Compares `plumbline generate` and `plumbline score` with transformers on a data file, row by row.

    python tests/tools/compare_generate.py DATA.jsonl --plumbline ./plumbline [--family bart] [--rows N] [--beams 4]

Makes a tiny random checkpoint with transformers in a temporary directory (EOS lifted, so that texts end), a tokenizer
trained on DATA beside it, runs both sides on the same file and prints: rows whose ids are equal; rows that differ where
the search itself was closer than fp32 noise (ties: the smallest gap between a choice taken and one not taken, relative
to the scores, is below 5e-6); rows that really differ. Then the largest relative difference of the teacher-forced
likelihoods. Exit status 1 when a row really differs. Nothing of DATA is kept.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers

import make_generation_goldens as goldens

NOISE = 5e-6
VOCABULARY = 1000
PAD, EOS, UNK = 0, 1, 2
MAX_SOURCE = 512
PROMPT = "Summarize the dialogue.\n\n{dialogue}\n\nSummary:\n"


class SentencePiece:
    """spiece.model alone: nothing is added to a source, EOS to a target."""

    def __init__(self, texts, folder):
        import sentencepiece
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts), model_prefix=str(folder / "spiece"), vocab_size=VOCABULARY,
            pad_id=PAD, eos_id=EOS, unk_id=UNK, bos_id=-1, character_coverage=1.0, minloglevel=2,
            hard_vocab_limit=False)
        (folder / "spiece.vocab").unlink()
        self.model = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))
        (folder / "tokenizer_config.json").write_text(json.dumps(
            {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}))

    def encode(self, text):
        return self.model.encode(text)

    def decode(self, ids):
        return self.model.decode([i for i in ids if i not in (PAD, EOS)])


class ByteLevel:
    """tokenizer.json: byte pairs behind Llama 3's split."""

    def __init__(self, texts, folder):
        import tokenizers
        import make_prompt_goldens
        model = tokenizers.Tokenizer(tokenizers.models.BPE())
        model.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
            tokenizers.pre_tokenizers.Split(tokenizers.Regex(make_prompt_goldens.LLAMA3), behavior="isolated"),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        model.decoder = tokenizers.decoders.ByteLevel()
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=VOCABULARY, special_tokens=["<pad>", "</s>", "<unk>"], show_progress=False,
            initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet())
        model.train_from_iterator(texts, trainer)
        self.fast = transformers.PreTrainedTokenizerFast(tokenizer_object=model, pad_token="<pad>", eos_token="</s>")
        self.fast.save_pretrained(folder)

    def encode(self, text):
        return self.fast.encode(text, add_special_tokens=False)

    def decode(self, ids):
        return self.fast.decode(ids, skip_special_tokens=True)


def make_model(family, seed):
    torch.manual_seed(seed)
    common = {"vocab_size": VOCABULARY, "pad_token_id": PAD, "eos_token_id": EOS, "bos_token_id": None}
    if family == "bart":
        model = transformers.BartForConditionalGeneration(transformers.BartConfig(
            **common, d_model=48, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
            decoder_attention_heads=4, encoder_ffn_dim=96, decoder_ffn_dim=96, max_position_embeddings=MAX_SOURCE,
            decoder_start_token_id=EOS, forced_eos_token_id=EOS, init_std=0.3))
        with torch.no_grad():
            model.final_logits_bias[0, EOS] += 4.0
        return model.eval()
    if family == "t5":
        config = transformers.T5Config(
            **common, d_model=48, d_kv=12, d_ff=96, num_layers=2, num_heads=4, decoder_start_token_id=PAD,
            feed_forward_proj="gated-gelu", initializer_factor=2.0, tie_word_embeddings=False)
        model = transformers.T5ForConditionalGeneration(config)
        head = model.lm_head.weight
    else:
        shape = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 4096,
                 "initializer_range": 0.2, "tie_word_embeddings": False}
        classes = {"llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
                   "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM)}
        config, model = classes[family]
        model = model(config(**common, **shape))
        head = model.lm_head.weight
    with torch.no_grad():
        # Far out on either side, so some steps end and others do not; the scores of T5 are large already.
        head[EOS] *= 1.5 if family == "t5" else 3.0
    return model.eval()


def read_rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def encode(family, tokenizer, row):
    text = row["dialogue"] if family in ("bart", "t5") else PROMPT.format(dialogue=row["dialogue"])
    return tokenizer.encode(text)[:MAX_SOURCE] if family in ("bart", "t5") else tokenizer.encode(text)


def reference(model, family, sources, arguments, batch_size):
    """transformers on padded batches: encoder-decoders on the right, decoder-only models on the left."""
    outputs = []
    for begin in range(0, len(sources), batch_size):
        part = sources[begin: begin + batch_size]
        longest = max(map(len, part))
        pad = [[PAD] * (longest - len(ids)) for ids in part]
        left = family in ("llama", "qwen3")
        ids = torch.tensor([p + s if left else s + p for s, p in zip(part, pad)])
        mask = torch.tensor([[0] * len(p) + [1] * len(s) if left else [1] * len(s) + [0] * len(p)
                             for s, p in zip(part, pad)])
        with torch.no_grad():
            out = model.generate(input_ids=ids, attention_mask=mask, return_dict_in_generate=True, output_scores=True,
                                 **arguments)
        skip = longest if left else 1
        for i, sequence in enumerate(out.sequences.tolist()):
            generated = sequence[skip:]
            if arguments["num_beams"] > 1:
                length = sum(index >= 0 for index in out.beam_indices[i].tolist())
            else:
                length = generated.index(EOS) + 1 if EOS in generated else len(generated)
            outputs.append(generated[:length])
    return outputs


def margin_of(model, source, arguments):
    """The closest choice of one row's search."""
    margins = goldens.Margins()
    mixin = goldens.GenerationMixin
    wrappers = goldens.watched(margins)
    originals = {name: mixin.__dict__[name] for name in wrappers}
    for name, value in wrappers.items():
        setattr(mixin, name, value)
    with torch.no_grad():
        out = model.generate(input_ids=torch.tensor([source]), attention_mask=torch.ones(1, len(source), dtype=int),
                             return_dict_in_generate=True, output_scores=True, **arguments)
    for name, value in originals.items():
        setattr(mixin, name, value)
    if arguments["num_beams"] == 1:
        goldens.greedy_margin(out.scores, margins)
    return margins.smallest


def reference_nll(model, family, source, target):
    with torch.no_grad():
        if family in ("bart", "t5"):
            start = model.config.decoder_start_token_id
            logits = model(input_ids=torch.tensor([source]),
                           decoder_input_ids=torch.tensor([[start] + target[:-1]])).logits[0]
        else:
            logits = model(input_ids=torch.tensor([source + target[:-1]])).logits[0, len(source) - 1:]
    return torch.nn.functional.cross_entropy(logits.double(), torch.tensor(target), reduction="sum").item()


def run_plumbline(program, verb, folder, data, words):
    out = folder / f"{verb}.jsonl"
    command = [program, verb, "--model", str(folder), "--data", str(data), "--out", str(out), *words]
    subprocess.run(command, check=True)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def compare_ids(model, rows, sources, wanted, found, arguments, tokenizer):
    counts = {"equal": 0, "ties": 0, "different": 0, "text_differs": 0}
    ended = 0
    for row, source, ids, line in zip(rows, sources, wanted, found):
        assert line["fname"] == row["fname"]
        ended += ids[-1] == EOS and len(ids) < arguments["max_new_tokens"]
        if line["token_ids"] == ids:
            counts["equal"] += 1
            counts["text_differs"] += line["prediction"].strip() != tokenizer.decode(ids).strip()
            continue
        margin = margin_of(model, source, arguments)
        counts["ties" if margin < NOISE else "different"] += 1
        print(f"{row['fname']}: differs, smallest margin {margin:.2e}")
    print(f"{len(rows)} rows: {counts['equal']} equal, {counts['ties']} ties (margin below {NOISE}), "
          f"{counts['different']} different; {ended} ended before the limit; of the equal ones "
          f"{counts['text_differs']} decode to other text")
    return counts["different"] + counts["text_differs"]


def compare_scores(model, family, rows, sources, tokenizer, scores):
    largest = 0.0
    for row, source, line in zip(rows, sources, scores):
        target = tokenizer.encode(row["summary"])[:127] + [EOS]
        assert line["tokens"] == len(target), (line, len(target))
        nll = reference_nll(model, family, source, target)
        largest = max(largest, abs(line["nll"] - nll) / nll)
    print(f"score: {len(rows)} rows, largest relative difference of nll {largest:.2e}")
    return largest > 1e-5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--plumbline", default="./plumbline")
    parser.add_argument("--family", choices=("bart", "t5", "llama", "qwen3"), default="bart")
    parser.add_argument("--tokenizer", choices=("sentencepiece", "json"), default="sentencepiece")
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--new-tokens", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rows = read_rows(options.data)
        texts = [line for row in rows for line in (row["dialogue"] + "\n" + row["summary"]).splitlines()]
        tokenizer = (SentencePiece if options.tokenizer == "sentencepiece" else ByteLevel)(texts, folder)
        rows = rows[: options.rows or None]
        model = make_model(options.family, options.seed)
        model.save_pretrained(folder)
        arguments = {"num_beams": options.beams, "max_new_tokens": options.new_tokens, "no_repeat_ngram_size": 3,
                     "do_sample": False}
        if options.beams > 1:
            arguments["length_penalty"] = 0.8
        data = folder / "rows.jsonl"
        data.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        words = [f"--set=generation.{key}={json.dumps(value)}" for key, value in arguments.items()]
        causal = options.family in ("llama", "qwen3")
        limits = [f"--set=data.max_source_length={8192 if causal else MAX_SOURCE}", "--threads", str(options.threads)]
        if causal:
            limits += ["--set", "prompt.template=" + PROMPT]
        found = run_plumbline(options.plumbline, "generate", folder, data, limits + words)
        scores = run_plumbline(options.plumbline, "score", folder, data, limits)
        sources = [encode(options.family, tokenizer, row) for row in rows]
        wanted = reference(model, options.family, sources, arguments, 8)
        failed = compare_ids(model, rows, sources, wanted, found, arguments, tokenizer)
        failed += compare_scores(model, options.family, rows, sources, tokenizer, scores)
        sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
