"""Synthetic tokenizers, one a pipeline shape of the supported families, and seeded hostile strings.

Imported by make_tokenizer_goldens.py and fuzz_tokenizers.py. Every tokenizer is trained on the same
seeded text with the tokenizers library (the charsmaps and one model come from SentencePiece); no
file is downloaded.
"""

import io
import random

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as sentencepiece_model
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = (r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + REST
QWEN = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + REST
SPACE = "\u2581"

LATIN = "b c d f g l m n p r s t".split()
VOWELS = "a e i o u ai ou".split()


def syllable(rng):
    return chr(0xAC00 + rng.randrange(19) * 588 + rng.randrange(8) * 28 + rng.choice([0, 0, 1, 4, 8]))


def word(rng):
    kind = rng.randrange(10)
    if kind < 6:
        return "".join(syllable(rng) for _ in range(rng.randint(1, 4)))
    if kind < 9:
        made = "".join(rng.choice(LATIN) + rng.choice(VOWELS) for _ in range(rng.randint(1, 3)))
        return made.capitalize() if rng.random() < 0.2 else made
    return str(rng.randrange(10000))


def training_lines():
    rng = random.Random(20240527)
    words = [word(rng) for _ in range(600)]
    lines = []
    for _ in range(1500):
        line = " ".join(rng.choice(words) for _ in range(rng.randint(3, 12)))
        lines.append(line + rng.choice([".", "?", "!", ",", ".\n", " it's we'll", "  "]))
    return lines


def added(content, **flags):
    return AddedToken(content, **flags)


def train_bpe(tokenizer, size, specials, alphabet=()):
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, initial_alphabet=list(alphabet),
        show_progress=False, limit_alphabet=600)
    tokenizer.train_from_iterator(training_lines(), trainer)


def byte_level(regex, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(regex), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    train_bpe(tokenizer, 900, [], pre_tokenizers.ByteLevel.alphabet())
    return tokenizer


def edit(tokenizer, change):
    import json
    data = json.loads(tokenizer.to_str())
    change(data)
    return Tokenizer.from_str(json.dumps(data))


def llama3():
    tokenizer = byte_level(LLAMA3)

    def whole_words(data):
        """Words in the vocabulary that no merge makes: only ignore_merges finds them."""
        data["model"]["ignore_merges"] = True
        data["model"]["merges"] = data["model"]["merges"][:-150]
    tokenizer = edit(tokenizer, whole_words)
    tokenizer.add_special_tokens([added(t, special=True) for t in (
        "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
        "<|eot_id|>")])
    bos = ("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(add_prefix_space=True, trim_offsets=True),
        processors.TemplateProcessing(single="<|begin_of_text|> $A",
                                      pair="<|begin_of_text|> $A <|begin_of_text|> $B:1",
                                      special_tokens=[bos])])
    return tokenizer


def qwen():
    tokenizer = byte_level(QWEN, normalizers.NFC())
    tokenizer.add_special_tokens([added(t, special=True) for t in (
        "<|endoftext|>", "<|im_start|>", "<|im_end|>")])
    tokenizer.add_tokens([added(t, normalized=False) for t in ("<think>", "</think>")])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def gpt2():
    """ByteLevel with its own expression, a space put before the text, offsets trimmed."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    train_bpe(tokenizer, 900, ["<|endoftext|>"], pre_tokenizers.ByteLevel.alphabet())
    tokenizer.add_tokens([added("\u3000<pad>\u00a0", lstrip=True, rstrip=True, normalized=False)])
    return tokenizer


def kobart():
    """The shape of KoBART's own file."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=False))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFKC(),
        normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False,
                                   strip_accents=False, lowercase=False)])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    train_bpe(tokenizer, 900, ["<s>", "</s>", "<usr>", "<pad>", "<sys>", "<unk>", "<mask>"])
    tokenizer.add_special_tokens([added(t, special=True) for t in (
        ":)", ":-)", "^^", "\u315c\u315c", "\u3160\u3160", "\U0001F600", ": =")])
    return tokenizer


def flags():
    """Added tokens with every flag, and normalizers that rewrite them."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Strip(left=False, right=True), normalizers.Lowercase(), normalizers.NFKD(),
        normalizers.Replace("ss", "z"), normalizers.Replace(Regex(" {2,}"), SPACE)])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=True)
    tokenizer.decoder = decoders.Sequence([decoders.Metaspace(prepend_scheme="never"),
                                           decoders.Strip(content="z", left=2)])
    train_bpe(tokenizer, 700, ["<unk>", "<s>"])
    tokenizer.add_special_tokens([
        added("<mask>", special=True, lstrip=True, rstrip=True),
        added("<left>", special=True, lstrip=True),
        added("<right>", special=True, rstrip=True, normalized=True)])
    tokenizer.add_tokens([
        added("Pass", normalized=True), added("so", single_word=True, normalized=False),
        added("SOU", single_word=True, normalized=True),
        added("\u00c9t\u00e9", normalized=True), added("a b", normalized=False, rstrip=True)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A <s>", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
    return tokenizer


def sentencepiece_model_of(**options):
    stream = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line.strip() for line in training_lines()), model_writer=stream,
        minloglevel=2, **options)
    return stream.getvalue()


def mt5_model():
    return sentencepiece_model_of(
        vocab_size=800, model_type="unigram", normalization_rule_name="nmt_nfkc", pad_id=0,
        eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False, user_defined_symbols=["#P1#"])


def llama_model():
    """As Llama 2's: pairs with byte fall-back, single digits, nothing normalized."""
    return sentencepiece_model_of(
        vocab_size=900, model_type="bpe", byte_fallback=True, hard_vocab_limit=False,
        normalization_rule_name="identity", split_digits=True, user_defined_symbols=["#P1#"])


def mt5():
    """Unigram as transformers 5 builds it for mT5."""
    proto = sentencepiece_model.ModelProto()
    proto.ParseFromString(mt5_model())
    tokenizer = Tokenizer(models.Unigram([(p.piece, p.score) for p in proto.pieces], 2, False))
    tokenizer.normalizer = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([added(t, special=True) for t in ("<pad>", "</s>", "<unk>")])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def t5_converted():
    """Unigram with byte fall-back, as transformers 4 converted SentencePiece files."""
    proto = sentencepiece_model.ModelProto()
    proto.ParseFromString(sentencepiece_model_of(
        vocab_size=900, model_type="unigram", byte_fallback=True, hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc_cf"))
    pieces = [(p.piece, p.score) for p in proto.pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, 0, True))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
        normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), SPACE)])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(),
        decoders.Strip(content=" ", left=1)])
    tokenizer.add_special_tokens([added(t, special=True) for t in ("<unk>", "<s>", "</s>")])
    return tokenizer


def llama2():
    """BPE with byte fall-back; Prepend and Replace as normalizers, no pre-tokenizer."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    bytes_ = ["<0x%02X>" % b for b in range(256)]
    train_bpe(tokenizer, 1100, ["<unk>", "<s>", "</s>"] + bytes_)

    def no_pre_tokenizer(data):
        data["pre_tokenizer"] = None
        data["added_tokens"] = [t for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    tokenizer = edit(tokenizer, no_pre_tokenizer)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse(),
        decoders.Strip(content=" ", left=1)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
    return tokenizer


def partial_bytes():
    """Byte fall-back with half of the bytes, truncation and padding, NFD."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
    tokenizer.normalizer = normalizers.NFD()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    train_bpe(tokenizer, 800, ["<unk>", "<pad>"] + ["<0x%02X>" % b for b in range(128, 256)])

    def no_bytes(data):
        data["added_tokens"] = data["added_tokens"][:2]
    tokenizer = edit(tokenizer, no_bytes)
    tokenizer.enable_truncation(max_length=48, direction="left")
    tokenizer.enable_padding(direction="left", pad_id=1, pad_token="<pad>", pad_to_multiple_of=4)
    return tokenizer


def word_ends():
    """Pieces marked at the end of words, as in the first BPE models."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.decoder = decoders.BPEDecoder()
    trainer = trainers.BpeTrainer(vocab_size=800, special_tokens=["<unk>"], show_progress=False,
                                  end_of_word_suffix="</w>")
    tokenizer.train_from_iterator(training_lines(), trainer)
    tokenizer.enable_truncation(max_length=40)
    return tokenizer


PIPELINES = {
    "llama3": llama3, "qwen": qwen, "gpt2": gpt2, "kobart": kobart, "flags": flags, "mt5": mt5,
    "t5_converted": t5_converted, "llama2": llama2, "partial_bytes": partial_bytes,
    "word_ends": word_ends,
}

SNIPPETS = [
    " ", "  ", "\t", "\n", "\r\n", "\n\n", " \n ", "\r", "\u00a0", "\u3000", "\u200b", "\u200d",
    "\ufeff", "\u2028", "\x00", "\x01", "\x1f", "\x7f", "\x85", "\ufffd", "\u0301", "e\u0301",
    "\u00e9", "\u1e9b\u0323", "\ufb01", "\u2460", "\uff21\uff11", "\u0130", "\u017f", "'\u017f",
    "\u212a", "\u00df", "\u03a3", "\u0e33", "\u0e01\u0e33", "\u0915\u094d\u0937", "\u1112\u1161\u11ab",
    "\u1100\u1161", "\u11a8", "\uac00\u11a8", "\u314e\u314f\u3134", "\u3131", "\u115f", "\u3164",
    "\U0001F468\u200d\U0001F469\u200d\U0001F467", "\U0001F1F0\U0001F1F7", "\U0001F44D\U0001F3FD",
    "\u2764\ufe0f", "\U0001F600", "\u00a9\u200d\u00a9", "it's", "WE'LL", "I'D", "don't", "'S", "''s",
    "123", "1234567", "3.14", "\u0661\u0662", "\u00bd", "<s>", "</s>", "<unk>", "<mask>", "<pad>",
    " <mask> ", "\n<left>\t", "<right> ", "<|begin_of_text|>", "<|eot_id|>", "<|im_start|>", "<think>",
    "<|endoftext|>", "\u3000<pad>\u00a0", "#P1#", "<extra_id_0>", "<0x41>", "<0xEA>", "Pass", "pass", "PASS", "so", "SOU", "sou",
    "\u00c9t\u00e9", "e\u0301te\u0301", "a b", "ss", SPACE, SPACE + SPACE, ":)", ":-)", ": =", "^^",
    "\u315c\u315c", "\u3160\u3160", "</w>", "\u0120", "\u010a", "<", ">", "|", "...", "?!", "--", "_",
    "\U00011935\U00011930", "\U0001E030", "\u32ff", "\ua7f2", "\U00016EA0", "\U00010D50", "\u0897",
    "\u1acf", "\u0344", "\u0600a", "\ud7b0\ud7cb", "\u4e2d\u6587", "\u65e5\u672c", "\u0440\u0443\u0441",
]


def broken(rng, text):
    """Bytes damaged, then read with U+FFFD in the gaps."""
    data = bytearray(text.encode())
    for _ in range(rng.randint(1, 3)):
        if data:
            at = rng.randrange(len(data))
            if rng.random() < 0.5:
                del data[at]
            else:
                data[at] = rng.randrange(256)
    return bytes(data).decode("utf-8", "replace")


def any_character(rng):
    while True:
        c = rng.choice([rng.randrange(0x80), rng.randrange(0x800), rng.randrange(0x10000),
                        rng.randrange(0x20000), rng.randrange(0x110000)])
        if not 0xD800 <= c <= 0xDFFF:
            return chr(c)


def part(rng):
    import unicodedata
    kind = rng.randrange(12)
    if kind < 4:
        return word(rng)
    if kind == 4:
        return unicodedata.normalize("NFD", word(rng))
    if kind == 5:
        return any_character(rng)
    if kind == 6:
        return rng.choice([" ", " ", "\n", ", ", ". "])
    if kind == 7 and rng.random() < 0.15:
        return rng.choice(["a", "\uac00", " ", "\n", "1", "!", "\u0301", "\U0001F600", "s", "b"]) * \
            rng.randint(2, 60)
    return rng.choice(SNIPPETS)


def strings(seed, count):
    rng = random.Random(seed)
    for _ in range(count):
        parts = [part(rng) for _ in range(rng.randint(0, 14))]
        text = (" " if rng.random() < 0.4 else "").join(parts)
        yield broken(rng, text) if rng.random() < 0.08 else text


def expectation(tokenizer, text):
    """What `plumbline tokenize` must print for the text."""
    encoding = tokenizer.encode(text)
    return {"ids": encoding.ids, "pieces": encoding.tokens,
            "offsets": [list(span) for span in encoding.offsets],
            "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=False)}
