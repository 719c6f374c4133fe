"""Writes tests/golden/tokenizers/: tokenizer.json files, strings, and what the libraries make of them.

Run from the repository root: python tests/tools/make_tokenizer_goldens.py

texts.jsonl: 2,000 seeded hostile strings, the same for all pipelines.
NAME/tokenizer.json: a synthetic tokenizer (tokenizer_pipelines.py says what each is like).
NAME/rows.jsonl: for the first strings {"ids","pieces","offsets","decoded"} of the tokenizers library
  in full; NAME/digests.txt: the first 12 hex digits of the SHA-256 of that line, for all 2,000.
unicode.txt: digests of every code point's class or normal form, as the library applies it.
configured/CASE/: directories with configuration files; configured/CASE.jsonl: what transformers'
  AutoTokenizer makes of them: special ids and size, then a line for each of the first strings.
"""

import hashlib
import json
import pathlib
import platform
import shutil

import sentencepiece
import tokenizers
import transformers
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

import tokenizer_pipelines as pipelines

OUT = pathlib.Path("tests/golden/tokenizers")
NUM_TEXTS, NUM_FULL, SEED = 2000, 60, 7


def line_of(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(text, length=12):
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def write_lines(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines))


def write_pipeline(name, build, texts):
    directory = OUT / name
    directory.mkdir(parents=True)
    build().save(str(directory / "tokenizer.json"), pretty=False)
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    lines = [line_of(pipelines.expectation(tokenizer, text)) for text in texts]
    write_lines(directory / "rows.jsonl", lines[:NUM_FULL])
    write_lines(directory / "digests.txt", [digest_of(line) for line in lines])


def code_points():
    return [c for c in range(1, 0x110000) if not 0xD800 <= c <= 0xDFFF]


def removed_by(split):
    return [c for c in code_points() if not split.pre_tokenize_str(chr(c))]


def class_digest(members):
    """Of the members' hexadecimal numbers, one a line."""
    return digest_of("".join("%x\n" % c for c in members), 64)


def form_digest(rewrite, texts):
    """Of the rewritten texts, one a line."""
    return digest_of("".join(rewrite(text) + "\n" for text in texts), 64)


def word_parts():
    split = pre_tokenizers.Whitespace()
    return [c for c in code_points()
            if [piece for piece, _ in split.pre_tokenize_str("a" + chr(c))] == ["a" + chr(c)]]


def unicode_lines():
    for name, expression in (("letter", r"\p{L}"), ("number", r"\p{N}"), ("space", r"\s")):
        yield "%s %s" % (name, class_digest(removed_by(
            pre_tokenizers.Split(Regex(expression), behavior="removed"))))
    yield "white %s" % class_digest(removed_by(pre_tokenizers.WhitespaceSplit()))
    yield "word %s" % class_digest(word_parts())
    singles = [chr(c) for c in code_points() if c != 10]
    yield "lower %s" % form_digest(normalizers.Lowercase().normalize_str, singles)
    # After a letter with a mark of class 240, and before one of class 1: shows the combining class.
    marked = ["a\u0345%sb%s\u0334" % (c, c) for c in singles]
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        rewrite = getattr(normalizers, form)().normalize_str
        yield "%s %s" % (form, form_digest(rewrite, singles))
        yield "%s-marked %s" % (form, form_digest(rewrite, marked))
    split_apart = [normalizers.NFD().normalize_str(c) for c in singles] + ["\U00011935\U00011930"]
    yield "composed %s" % form_digest(normalizers.NFC().normalize_str, split_apart)


def config_of(name, **settings):
    return {"config.json": {"model_type": name}, "tokenizer_config.json": settings}


def flags_of(content, special=True, **others):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False,
            "single_word": False, "special": special, **others}


# Case: files to write, the pipeline whose tokenizer.json it has, or the SentencePiece file it has instead.
CONFIGURED = {
    "t5_model": (config_of("t5", tokenizer_class="T5Tokenizer"), "spiece.model"),
    "mt5_model": (config_of("mt5", tokenizer_class="T5Tokenizer", extra_ids=0), "spiece.model"),
    "llama_model": (config_of("llama", tokenizer_class="LlamaTokenizer", legacy=False, add_bos_token=True,
                              add_eos_token=False), "tokenizer.model"),
    "llama_legacy": (config_of("llama", tokenizer_class="LlamaTokenizer", legacy=True, add_bos_token=True,
                               add_eos_token=True, pad_token="</s>"), "tokenizer.model"),
    "llama_bare": (config_of("llama", tokenizer_class="LlamaTokenizerFast", add_prefix_space=False),
                   "tokenizer.model"),
    "mt5_both": (config_of("mt5", tokenizer_class="T5Tokenizer", extra_ids=0, eos_token="</s>",
                           clean_up_tokenization_spaces=True), "mt5"),
    "llama3": (config_of("llama", tokenizer_class="PreTrainedTokenizerFast",
                         bos_token="<|begin_of_text|>", eos_token="<|eot_id|>",
                         clean_up_tokenization_spaces=True,
                         added_tokens_decoder={"905": flags_of("<|pad|>")}, pad_token="<|pad|>"),
               "llama3"),
    "qwen": (config_of("qwen3", tokenizer_class="Qwen2Tokenizer", add_bos_token=False,
                       bos_token=None, eos_token="<|im_end|>", pad_token="<|endoftext|>"), "qwen"),
    "kobart": (config_of("bart", tokenizer_class="PreTrainedTokenizerFast", add_bos_token=True,
                         add_eos_token=True, bos_token="<s>", eos_token="</s>",
                         unk_token="<unk>", pad_token="<pad>", mask_token="<mask>"), "kobart"),
}
SENTENCEPIECE = {"spiece.model": pipelines.mt5_model, "tokenizer.model": pipelines.llama_model}
NUM_CONFIGURED = 120


def transformers_line(tokenizer, text):
    encoded = tokenizer(text, return_offsets_mapping=True)
    ids = encoded["input_ids"]
    return line_of({"text": text, "ids": ids,
                    "offsets": [list(span) for span in encoded["offset_mapping"]],
                    "plain": tokenizer(text, add_special_tokens=False)["input_ids"],
                    "decoded": tokenizer.decode(ids),
                    "skipped": tokenizer.decode(ids, skip_special_tokens=True)})


def write_configured(name, files, pipeline, texts):
    directory = OUT / "configured" / name
    directory.mkdir(parents=True)
    for file, content in files.items():
        (directory / file).write_text(json.dumps(content, indent=1) + "\n")
    if pipeline in SENTENCEPIECE:
        (directory / pipeline).write_bytes(SENTENCEPIECE[pipeline]())
    else:
        shutil.copy(OUT / pipeline / "tokenizer.json", directory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(directory)
    specials = {key: getattr(tokenizer, key + "_token_id")
                for key in ("bos", "eos", "unk", "pad", "mask")}
    lines = [line_of({"specials": specials, "size": len(tokenizer)})]
    lines += [transformers_line(tokenizer, text) for text in texts[:NUM_CONFIGURED]]
    write_lines(OUT / "configured" / (name + ".jsonl"), lines)


def write_manifest():
    files = sorted(p for p in OUT.rglob("*") if p.is_file() and p.name not in ("MANIFEST", "BUILD"))
    write_lines(OUT / "MANIFEST", [
        "%s sha256 %s" % (p.relative_to(OUT), hashlib.sha256(p.read_bytes()).hexdigest())
        for p in files] + [
        "made by: python tests/tools/make_tokenizer_goldens.py",
        "python %s, tokenizers %s, transformers %s, sentencepiece %s" % (
            platform.python_version(), tokenizers.__version__, transformers.__version__,
            sentencepiece.__version__)])


def main():
    for old in OUT.glob("*/"):
        if old.is_dir():
            shutil.rmtree(old)
    texts = list(pipelines.strings(SEED, NUM_TEXTS))
    write_lines(OUT / "texts.jsonl", [json.dumps({"text": text}) for text in texts])
    for name, build in pipelines.PIPELINES.items():
        write_pipeline(name, build, texts)
    for name, (files, pipeline) in CONFIGURED.items():
        write_configured(name, files, pipeline, texts)
    write_lines(OUT / "unicode.txt", unicode_lines())
    write_manifest()


if __name__ == "__main__":
    main()
