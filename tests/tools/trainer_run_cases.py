"""The runs of make_trainer_runs.py: five clean ones, and one planted defect each for the others."""

import functools
import time
import unicodedata

import numpy as np
import peft
import torch
import transformers
import trainer_run_parts as parts
from trainer_run_parts import EOS, PAD, PadRight, batch_rows, until_end, write_jsonl
from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments, Trainer, TrainingArguments
from transformers.trainer_utils import speed_metrics

TRAIN = parts.make_rows(320, 1, "train")
VALIDATION = parts.make_rows(30, 2, "validation")
COMMON = dict(output_dir="out", report_to="none", use_cpu=True, per_device_train_batch_size=16, num_train_epochs=3,
              per_device_eval_batch_size=30, learning_rate=1e-3, warmup_steps=6, logging_steps=5, seed=42,
              eval_strategy="epoch", save_strategy="epoch", load_best_model_at_end=True, disable_tqdm=True,
              metric_for_best_model="eval_loss", greater_is_better=False, save_total_limit=1)
# What the user asked for, as the run's own config file says it; plants that need another say so.
DECLARED = dict(train_samples=320, eval_samples=30, per_device_train_batch_size=16, gradient_accumulation_steps=1,
                num_train_epochs=3, learning_rate=1e-3, warmup_steps=6, lr_scheduler_type="linear",
                evaluation={"rouge_tokenizer": "unicode"})
NO_EVAL = dict(eval_strategy="no", load_best_model_at_end=False)


def dataset(rows):
    return [dict(r) for r in rows]


def finish(trainer, tokenizer, result, predictions=None, references=None):
    """What users' scripts leave: state, settings, results, configs, and the rows that were scored."""
    trainer.save_state()
    torch.save(trainer.args, "out/training_args.bin")
    trainer.save_metrics("all", result.metrics)
    model = trainer.model
    if isinstance(model, peft.PeftModel):
        model.save_pretrained("out")
        model = model.get_base_model()
    model.config.save_pretrained("out")
    model.generation_config.save_pretrained("out")
    tokenizer.save_pretrained("out")
    if predictions is not None:
        write_jsonl("out/predictions.jsonl", predictions)
        write_jsonl("out/references.jsonl", [{k: r[k] for k in r if k != "dialogue"} for r in references or VALIDATION])


def seq2seq(family, declared=None, args=None, train=None, validation=None, scorer="whitespace", config=None,
            scheduler=None, target_length=64, max_length=32, resume_at=None, dtype=None, edit_model=None,
            predict=True, teacher_forced=False, references=None, hide_labels=False, whole_plan_rates=False):
    tokenizer = parts.make_tokenizer(True)
    kind = transformers.AutoModelForSeq2SeqLM
    model = kind.from_pretrained(f"base-{family}", **({"dtype": dtype} if dtype else {}))
    if edit_model:
        edit_model(model)
    for key, value in (config or {}).items():
        setattr(model.generation_config, key, value)
    validation = validation or VALIDATION
    encoded = parts.encode_seq2seq(train or TRAIN, tokenizer, target_length)
    encoded_validation = parts.encode_seq2seq(validation, tokenizer)
    collate = DataCollatorForSeq2Seq(tokenizer, model)

    def texts(ids):
        return tokenizer.batch_decode(np.where(ids < 0, PAD, ids), skip_special_tokens=True)

    def metrics(output):
        ids = output.predictions[0] if isinstance(output.predictions, tuple) else output.predictions
        scores = parts.rouge(texts(ids), [r["summary"] for r in validation], scorer)
        scores["gen_len"] = float(np.mean([np.count_nonzero(row > PAD) for row in ids]))
        return scores

    settings = {**COMMON, "predict_with_generate": predict and not teacher_forced, "generation_max_length": max_length,
                "generation_num_beams": 1, **(args or {})}
    arguments = Seq2SeqTrainingArguments(**settings)
    optimizers = (None, None)
    if scheduler:
        optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate)
        optimizers = (optimizer, scheduler(optimizer))
    trainer = Seq2SeqTrainer(
        model=model, args=arguments, train_dataset=dataset(encoded), eval_dataset=dataset(encoded_validation),
        data_collator=collate, processing_class=tokenizer, optimizers=optimizers,
        compute_metrics=metrics if predict and not hide_labels else None,
        preprocess_logits_for_metrics=(lambda l, _: (l[0] if isinstance(l, tuple) else l).argmax(-1))
        if teacher_forced else None)
    if hide_labels:
        trainer.label_names = ["target_ids"]
    result = trainer.train()
    if resume_at:
        trainer = Seq2SeqTrainer(model=kind.from_pretrained(f"base-{family}"), args=arguments,
                                 train_dataset=dataset(encoded), eval_dataset=dataset(encoded_validation),
                                 data_collator=collate, processing_class=tokenizer, compute_metrics=metrics)
        start = time.time()
        result = trainer.train(resume_from_checkpoint=f"out/checkpoint-{resume_at}")
        if whole_plan_rates:
            steps = trainer.state.global_step
            result.metrics.update(speed_metrics("train", start, num_samples=len(encoded) * 3, num_steps=steps))
            result.metrics["train_loss"] = result.training_loss * (steps - resume_at) / steps
            trainer.log(dict(result.metrics))
    batch = collate(dataset(encoded)[:8])
    write_jsonl("out/encoded.jsonl", batch_rows(batch, 8, [r["fname"] for r in train or TRAIN]))
    predictions = None
    if predict:
        ids = trainer.predict(dataset(encoded_validation)).predictions
        ids = ids[0] if isinstance(ids, tuple) else ids
        ids = [until_end(np.where(row < 0, PAD, row).tolist()) for row in ids]
        ids = [row if teacher_forced else row[1:] for row in ids]
        predictions = [{"fname": r["fname"], "prediction": t, "token_ids": i}
                       for r, t, i in zip(validation, tokenizer.batch_decode(ids, skip_special_tokens=True), ids)]
    finish(trainer, tokenizer, result, predictions, references or validation)
    return {**DECLARED, **(declared or {})}


def causal(base, declared=None, args=None, lora=None, optimizer_first=False, collate=None, encode=None, prompts=None,
           decode_all=False, generation=None, tokenizer=None, dtype=None, scheduler=None, trainer_class=Trainer):
    tokenizer = tokenizer or parts.make_tokenizer(False)
    model = transformers.AutoModelForCausalLM.from_pretrained(f"base-{base}", **({"dtype": dtype} if dtype else {}))
    arguments = TrainingArguments(**{**COMMON, **(args or {})})
    optimizer = None
    if optimizer_first:  # the user's own optimizer, made before the adapter is
        optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate)
    if lora:
        model = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", **lora))
    encode = encode or parts.encode_causal
    collate = collate or PadRight()
    encoded, encoded_validation = encode(TRAIN, tokenizer), encode(VALIDATION, tokenizer)
    schedule = None
    if scheduler:
        optimizer = torch.optim.AdamW(model.parameters(), lr=arguments.learning_rate)
        schedule = scheduler(optimizer)
    trainer = trainer_class(model=model, args=arguments, train_dataset=dataset(encoded),
                            eval_dataset=dataset(encoded_validation), data_collator=collate,
                            processing_class=tokenizer, optimizers=(optimizer, schedule))
    result = trainer.train()
    write_jsonl("out/encoded.jsonl", batch_rows(collate(encoded[:8]), 8, [r["fname"] for r in TRAIN]))
    prompt_texts = [(prompts or parts.prompt_of)(r) for r in VALIDATION]
    ids, masks, outputs = parts.generate_causal(trainer.model, tokenizer, prompt_texts,
                                                **{"max_new_tokens": 32, **(generation or {})})
    predictions, inference = [], []
    for row, prompt, i, m, out in zip(VALIDATION, prompt_texts, ids, masks, outputs):
        new = until_end(out[len(i):])
        text = tokenizer.decode(out if decode_all else new, skip_special_tokens=True)
        predictions.append({"fname": row["fname"], "prompt": prompt, "prediction": text, "token_ids": new})
        inference.append({"fname": row["fname"], "input_ids": i, "attention_mask": m})
    write_jsonl("out/encoded_inference.jsonl", inference[:8])
    finish(trainer, tokenizer, result, predictions)
    return {**DECLARED, **(declared or {})}


class OwnLoader(Trainer):
    def get_train_dataloader(self):
        return torch.utils.data.DataLoader(self.train_dataset, batch_size=8, shuffle=True,
                                           collate_fn=self.data_collator)


def short_schedule(optimizer):
    """Planned in optimizer steps, then divided by the accumulation once more: 60 / 4."""
    return transformers.get_linear_schedule_with_warmup(optimizer, 2, 15)


def overflow(model):
    """Feed-forward outputs beyond 65504, as the large checkpoints of the family have them."""
    for block in model.encoder.block:
        block.layer[1].DenseReluDense.wi_1.weight.data *= 3e4


def overlap():
    return TRAIN[:10] + VALIDATION[10:]


def decomposed():
    return [{**r, "summary": unicodedata.normalize("NFD", r["summary"])} for r in VALIDATION]


def with_data(run, train, validation):
    """The run, and the data files that the user's script read."""
    declared = run()
    slim = [{k: r[k] for k in ("fname", "dialogue", "summary")} for r in train[:40]]
    write_jsonl("out/train.jsonl", slim)
    write_jsonl("out/validation.jsonl", validation)
    return declared


LORA = dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"])
LLAMA = functools.partial(causal, "llama", lora=LORA, declared={"lora": {"r": 4, "alpha": 8}})
BART = functools.partial(seq2seq, "bart")


def case(rule, base, run, plant="", keep=()):
    return dict(rule=rule, base=base, run=run, plant=plant, keep=list(keep))


CASES = {
    "clean_bart": case("", "bart", lambda: with_data(BART, TRAIN, VALIDATION), keep=["tokenizer.json"]),
    "clean_t5": case("", "t5", lambda: seq2seq("t5"), keep=["tokenizer.json"]),
    "clean_llama_lora": case("", "llama", LLAMA, keep=["tokenizer.json"]),
    "clean_qwen3": case("", "qwen3", lambda: causal("qwen3")),
    "clean_resumed": case("", "bart", lambda: BART(resume_at=20, args=dict(save_total_limit=5))),
    "bart_warmup_shadow": case(
        "cfg-warmup-steps-shadows-ratio", "bart",
        lambda: BART(args=dict(warmup_steps=500), declared=dict(warmup_ratio=0.1, warmup_steps=500)),
        "config.yaml asks for a ratio of 0.1 and keeps a template's warmup_steps: 500; the script hands over the steps"),
    "bart_accumulation": case(
        "opt-seq2seq-accumulation-inflated", "bart",
        lambda: BART(args=dict(per_device_train_batch_size=4, gradient_accumulation_steps=4),
                     declared=dict(per_device_train_batch_size=4, gradient_accumulation_steps=4)),
        "gradient_accumulation_steps 4 with an encoder-decoder"),
    "llama_schedule_short": case(
        "opt-lr-wrong-step-rate", "llama",
        lambda: causal("llama", scheduler=short_schedule,
                       args=dict(per_device_train_batch_size=4, gradient_accumulation_steps=4),
                       declared=dict(per_device_train_batch_size=4, gradient_accumulation_steps=4)),
        "the script's own scheduler divides its length by the accumulation twice"),
    "t5_fp16_nan": case(
        "prc-nan-grad-persistent", "t5",
        lambda: seq2seq("t5", dtype=torch.float16, edit_model=overflow, predict=False,
                        args=NO_EVAL, declared=dict(fp16=True)),
        "a T5 whose feed-forward outputs pass 65504, trained in float16"),
    "llama_adapter_partial": case(
        "adp-targets-partial", "llama",
        lambda: causal("llama", lora=dict(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "c_attn"]),
                       declared={"lora": {"r": 4, "alpha": 8}}),
        "target_modules holds GPT-2's c_attn, which no module of a Llama is called"),
    "llama_adapter_not_trained": case(
        "adp-not-applied", "llama", lambda: LLAMA(optimizer_first=True),
        "the script makes its optimizer before the adapter: no lora_B ever moves"),
    "llama_pad_is_eos": case(
        "tok-pad-equals-eos-masked", "llama_noeos",
        lambda: causal("llama_noeos", tokenizer=parts.make_tokenizer(False, "</s>"), collate=PadRight(EOS, True)),
        "pad_token = eos_token and a collator that masks every pad"),
    "llama_prompt_echo": case("gen-prompt-echo", "llama", lambda: LLAMA(decode_all=True),
                              "the script decodes prompt and completion"),
    "bart_ascii_rouge": case(
        "met-rouge-hangul-dropped", "bart",
        lambda: BART(scorer="default", declared=dict(evaluation={"rouge_tokenizer": "ascii"})),
        "Korean summaries scored with rouge_score's default tokenizer"),
    "bart_eval_dominates": case(
        "msr-throughput-includes-eval", "bart",
        lambda: BART(args=dict(eval_strategy="steps", eval_steps=2, save_strategy="steps", save_steps=2,
                               generation_num_beams=4)), "beam search over the whole validation set every 2 steps"),
    "bart_best_not_served": case(
        "ckp-best-not-served", "bart",
        lambda: BART(train=TRAIN[:32], predict=False,
                     args=dict(load_best_model_at_end=False, learning_rate=4e-3, num_train_epochs=40, warmup_steps=0),
                     declared=dict(train_samples=32, num_train_epochs=40, learning_rate=4e-3, warmup_steps=0)),
        "32 rows at a high learning rate for 40 epochs, the last weights exported"),
    "bart_resume_inflates": case(
        "ckp-resume-inflates-metrics", "bart",
        lambda: BART(resume_at=58, whole_plan_rates=True,
                     args=dict(NO_EVAL, save_strategy="steps", save_steps=2, save_total_limit=None)),
        "resumed two steps before the end; the script sums up as Trainer of transformers 4 did: the loss of the two "
        "steps over all steps, all rows over the time of the two steps"),
    "bart_forced_eos": case("gen-forced-eos-not-eos", "bart", lambda: BART(config=dict(forced_eos_token_id=UNKNOWN)),
                            "generation_config forces an id that is neither end, start nor pad"),
    "qwen3_max_steps": case(
        "cfg-stop-rule-overrides-epochs", "qwen3", lambda: causal("qwen3", args=dict(max_steps=25)),
        "max_steps 25 left in the script beside num_train_epochs 3"),
    "qwen3_accumulation_lost": case(
        "cfg-cli-shadowed-by-file", "qwen3",
        lambda: causal("qwen3", declared=dict(gradient_accumulation_steps=4)),
        "config.yaml asks for an accumulation of 4, the script never passes it on"),
    "qwen3_batch_differs": case(
        "cfg-effective-batch-mismatch", "qwen3", lambda: causal("qwen3", trainer_class=OwnLoader),
        "the script's own dataloader makes batches of 8, per_device_train_batch_size says 16"),
    "llama_reference_in_input": case(
        "gen-reference-in-input", "llama",
        lambda: LLAMA(prompts=lambda r: parts.prompt_of(r) + " " + r["summary"], decode_all=True),
        "the full training text is the prompt at evaluation"),
    "llama_double_bos": case(
        "tok-double-bos", "llama", lambda: LLAMA(encode=functools.partial(parts.encode_causal, bos_in_text=True)),
        "the template writes <s> and the tokenizer adds another in training"),
    "qwen3_stop_set": case(
        "tok-stop-set-incomplete", "qwen3", lambda: causal("qwen3", generation=dict(eos_token_id=UNKNOWN)),
        "generation stops on another id than the one training ends rows with", ),
    "bart_length_cap": case("gen-runaway-length", "bart", lambda: BART(max_length=9),
                            "generation_max_length 9 where summaries take 16"),
    "bart_eval_loss_missing": case(
        "gen-eval-loss-missing", "bart",
        lambda: BART(hide_labels=True, args=dict(load_best_model_at_end=False, metric_for_best_model=None,
                                          greater_is_better=None),
                     predict=False), "label_names names a column that does not exist"),
    "bart_split_overlap": case(
        "data-split-overlap", "bart",
        lambda: with_data(functools.partial(BART, validation=overlap()), TRAIN, overlap()),
        "10 of 30 validation rows are training rows"),
    "bart_target_truncated": case("tok-truncation-cuts-signal", "bart", lambda: BART(target_length=10),
                                  "max_target_length 10 cuts every summary and its end token"),
    "llama_marker_missed": case(
        "tok-response-marker-missed", "llama", lambda: LLAMA(encode=missed_marker),
        "the response marker is spelled another way in a third of the rows: nothing in them is a target"),
    "t5_teacher_forced": case("gen-teacher-forced-metric", "t5", lambda: seq2seq("t5", teacher_forced=True),
                              "ROUGE of argmax over teacher-forced logits"),
    "qwen3_bf16_weights": case(
        "prc-half-precision-weights", "qwen3",
        lambda: causal("qwen3", dtype=torch.bfloat16, args=dict(learning_rate=1e-6),
                       declared=dict(learning_rate=1e-6)), "weights in bfloat16, learning rate 1e-6"),
    "bart_nfd_references": case("data-hangul-not-nfc", "bart", lambda: BART(references=decomposed()),
                                "the references were saved decomposed (NFD)"),
}
UNKNOWN = parts.UNK


def missed_marker(rows, tokenizer):
    found = parts.encode_causal(rows, tokenizer)
    missed = parts.encode_causal(rows, tokenizer, marker="Response")
    return [m if i % 3 == 0 else f for i, (f, m) in enumerate(zip(found, missed))]
