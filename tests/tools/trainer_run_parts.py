"""Parts of make_trainer_runs.py: Korean rows, a word tokenizer, tiny models, collators, what a run leaves behind."""

import json
import os
import pathlib
import random
import shutil

import torch
from rouge_score import rouge_scorer
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (BartConfig, BartForConditionalGeneration, LlamaConfig, LlamaForCausalLM,
                          PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM, T5Config, T5ForConditionalGeneration)

PAD, BOS, EOS, UNK = range(4)
WHEN = "오늘 내일 모레 주말 저녁 아침".split()
PLACE = dict(zip("서울 부산 제주 강릉 경주 여수".split(), "수도 항구 섬 바다 고도 밤바다".split()))
RIDE = dict(zip("기차 버스 배 차 비행기".split(), "철도 고속 해상 육로 항공".split()))
FOOD = dict(zip("국수 냉면 만두 김밥 전골".split(), "면 얼음 분식 간식 찌개".split()))
FIXED = ("#Person1# #Person2# : 에 갈까 ? 좋아 로 가자 도 먹자 은 과 여행 을 편 으로 정하고 가고 맛집 . 요약 "
         "찾는다 즐긴다 고른다 그래 참 정말 음 아 글쎄 뭐 자 응 네").split()
FILLERS = FIXED[-10:]
ENDINGS = FIXED[-13:-10]


def make_rows(count, seed, prefix, base=False):
    """Dialogues whose summary says the four slots in other words; the reply may come with filler words.

    The base was trained on another phrasing; the last verb of the fine-tuning rows is chance, so no loss reaches 0.
    """
    rng = random.Random(seed)
    rows = []
    for i in range(count):
        when, place, ride, food = (rng.choice(list(x)) for x in (WHEN, PLACE, RIDE, FOOD))
        filler = " ".join(rng.choices(FILLERS, k=rng.randint(0, 6)))
        dialogue = (f"#Person1# : {when} {place} 에 갈까 ?\n#Person2# : {filler} 좋아 {ride} 로 가자 .\n"
                    f"#Person1# : {food} 도 먹자 .").replace("  ", " ")
        summary = (f"#Person1# 과 #Person2# 은 {when} {PLACE[place]} 여행 을 {RIDE[ride]} 편 으로 "
                   f"{'정하고' if base else '가고'} {FOOD[food]} 맛집 을 {ENDINGS[0] if base else rng.choice(ENDINGS)} .")
        rows.append({"fname": f"{prefix}_{i}", "dialogue": dialogue, "summary": summary})
    return rows


def make_tokenizer(seq2seq, pad_token="<pad>"):
    words = list(dict.fromkeys(["<pad>", "<s>", "</s>", "<unk>"] + FIXED + WHEN
                               + [w for d in (PLACE, RIDE, FOOD) for pair in d.items() for w in pair]))
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    single = "<s> $A </s>" if seq2seq else "<s> $A"
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=[("<s>", 1), ("</s>", 2)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>",
                                   pad_token=pad_token, model_max_length=128)


def make_model(family, vocab_size):
    torch.manual_seed(7)
    common = dict(vocab_size=vocab_size, pad_token_id=PAD, bos_token_id=BOS, eos_token_id=EOS)
    if family == "bart":
        return BartForConditionalGeneration(BartConfig(
            d_model=64, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
            encoder_ffn_dim=128, decoder_ffn_dim=128, max_position_embeddings=128, dropout=0.0,
            decoder_start_token_id=EOS, forced_eos_token_id=EOS, **common))
    if family == "t5":
        return T5ForConditionalGeneration(T5Config(
            d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4, dropout_rate=0.0, feed_forward_proj="gated-gelu",
            decoder_start_token_id=PAD, **common))
    shape = dict(hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
                 num_key_value_heads=2, max_position_embeddings=256, tie_word_embeddings=True, **common)
    if family == "qwen3":
        return Qwen3ForCausalLM(Qwen3Config(head_dim=16, **shape))
    return LlamaForCausalLM(LlamaConfig(**shape))


def encode_seq2seq(rows, tokenizer, max_target_length=64):
    encoded = []
    for row in rows:
        labels = tokenizer(row["summary"])["input_ids"][1:][:max_target_length]
        encoded.append({"input_ids": tokenizer(row["dialogue"])["input_ids"], "labels": labels})
    return encoded


def prompt_of(row):
    return row["dialogue"] + " 요약 :"


def encode_causal(rows, tokenizer, bos_in_text=False, marker="요약"):
    """Loss on the completion alone: what follows the marker's token; a marker that is not found masks the row."""
    encoded = []
    for row in rows:
        text = ("<s> " if bos_in_text else "") + prompt_of(row) + " " + row["summary"]
        ids = tokenizer(text)["input_ids"] + [EOS]
        marker_id = tokenizer.convert_tokens_to_ids(marker)
        begin = ids.index(marker_id) + 2 if marker_id in ids else len(ids)
        encoded.append({"input_ids": ids, "labels": [-100] * begin + ids[begin:]})
    return encoded


class PadRight:
    """Pads to the longest row; with mask_pads, labels are the ids with every pad masked (as the LM collator does)."""

    def __init__(self, pad_id=PAD, mask_pads=False):
        self.pad_id, self.mask_pads = pad_id, mask_pads

    def __call__(self, rows):
        width = max(len(r["input_ids"]) for r in rows)
        ids = torch.tensor([r["input_ids"] + [self.pad_id] * (width - len(r["input_ids"])) for r in rows])
        mask = torch.tensor([[1] * len(r["input_ids"]) + [0] * (width - len(r["input_ids"])) for r in rows])
        if self.mask_pads:
            labels = ids.masked_fill(ids == self.pad_id, -100)
        else:
            labels = torch.tensor([r["labels"] + [-100] * (width - len(r["labels"])) for r in rows])
        return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def generate_causal(model, tokenizer, prompts, **kwargs):
    """Prompt batches padded on the left; returns prompt ids, attention masks and whole outputs."""
    ids = [tokenizer(p)["input_ids"] for p in prompts]
    width = max(map(len, ids))
    batch = torch.tensor([[PAD] * (width - len(i)) + i for i in ids])
    mask = torch.tensor([[0] * (width - len(i)) + [1] * len(i) for i in ids])
    model.eval()
    with torch.no_grad():
        out = model.generate(input_ids=batch, attention_mask=mask, do_sample=False, **kwargs)
    return batch.tolist(), mask.tolist(), out.tolist()


def until_end(ids, pad=PAD):
    """Generated ids as they stand, without the padding after the end token."""
    ids = list(ids)
    while ids and ids[-1] == pad:
        ids.pop()
    return ids


def rouge(predictions, references, tokenizer="whitespace"):
    class Whitespace:
        def tokenize(self, text):
            return text.split()

    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False,
                                      tokenizer=Whitespace() if tokenizer == "whitespace" else None)
    scores = [scorer.score(r, p) for p, r in zip(predictions, references)]
    return {k: sum(s[k].fmeasure for s in scores) / len(scores) for k in ("rouge1", "rouge2", "rougeL")}


def write_jsonl(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def batch_rows(batch, count, names=None):
    """The first rows of a collated batch as JSON."""
    keys = [k for k in ("input_ids", "attention_mask", "labels", "decoder_input_ids") if k in batch]
    rows = [{k: batch[k][i].tolist() for k in keys} for i in range(min(count, len(batch["input_ids"])))]
    return [dict(fname=names[i], **r) if names else r for i, r in enumerate(rows)]


def keep(source, target, names):
    """Copies what the run left behind, by name; directories are made anew."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in names:
        for path in sorted(pathlib.Path(source).glob(name)):
            shutil.copy(path, target / path.name)


def quiet():
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    import transformers
    transformers.logging.set_verbosity_error()
