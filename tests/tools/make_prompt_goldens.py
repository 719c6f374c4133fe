"""Writes tests/golden/prompt/: what transformers' apply_chat_template makes of the public Llama-3 and Qwen3 templates.

    python tests/tools/make_prompt_goldens.py TEMPLATES tests/golden/prompt

TEMPLATES holds the models' own chat templates: llama3.0.jinja, meta-llama-Llama-3.1-8B-Instruct.jinja,
meta-llama-Llama-3.2-3B-Instruct.jinja, Qwen-Qwen3-0.6B.jinja. The templates are named by their
SHA-256 (without a last line end); Llama 3.0, a single line, is copied. For each message: the text that a model is asked with (date frozen, thinking switch
both ways), the text of the whole conversation with an answer, and the ids of both under a small byte-level BPE that is
trained here and written as tokenizer.json.
"""

import hashlib
import json
import pathlib
import sys

import tokenizers
import transformers

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
DATE = "26 Jul 2024"
SPECIAL = ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
           "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<think>", "</think>"]
STYLES = [("llama3", "llama3.0.jinja", {}),
          ("llama3.1", "meta-llama-Llama-3.1-8B-Instruct.jinja", {"date_string": DATE}),
          ("llama3.1", "meta-llama-Llama-3.2-3B-Instruct.jinja", {"date_string": DATE}),
          ("qwen3", "Qwen-Qwen3-0.6B.jinja", {"enable_thinking": False}),
          ("qwen3", "Qwen-Qwen3-0.6B.jinja", {"enable_thinking": True})]
MESSAGES = [("Summarize.\n\n#Person1#: Shall we meet at three?\n#Person2#: Fine.\n\nSummary:\n", "They meet at three."),
            ("다음 대화를 요약하세요.\n\n#Person1#: 내일 세 시에 만나요.\n\n요약:", "내일 세 시에 만나기로 한다."),
            ("  leading and trailing white space \n\n", "ok"),
            ("numbers 12345, quotes \"a\" {b} {{c}} {% d %}", "Braces stay.")]


def tokenizer():
    model = tokenizers.Tokenizer(tokenizers.models.BPE())
    # Llama 3's own split: a run of line ends is a piece of its own, so prompt and answer never share a token.
    model.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Split(tokenizers.Regex(LLAMA3), behavior="isolated"),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    model.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=420, special_tokens=SPECIAL, show_progress=False,
                                             initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet())
    model.train_from_iterator([text for pair in MESSAGES for text in pair] * 3, trainer)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=model, bos_token="<|begin_of_text|>",
                                                eos_token="<|end_of_text|>")


def main():
    templates, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(parents=True, exist_ok=True)
    fast = tokenizer()
    fast.backend_tokenizer.save(str(out / "tokenizer.json"))
    sets = []
    for style, name, arguments in STYLES:
        fast.chat_template = (templates / name).read_text()
        cases = []
        for message, answer in MESSAGES:
            asked = [{"role": "user", "content": message}]
            whole = asked + [{"role": "assistant", "content": answer}]
            prompt = fast.apply_chat_template(asked, tokenize=False, add_generation_prompt=True, **arguments)
            conversation = fast.apply_chat_template(whole, tokenize=False, **arguments)
            cases.append({"message": message, "answer": answer, "prompt": prompt, "conversation": conversation,
                          "prompt_ids": fast.encode(prompt, add_special_tokens=False),
                          "conversation_ids": fast.encode(conversation, add_special_tokens=False)})
        text = fast.chat_template.removesuffix("\n")
        sets.append({"chat_template": text if style == "llama3" else None, "style": style, "sha256": hashlib.sha256(text.encode()).hexdigest(),
                     "enable_thinking": arguments.get("enable_thinking", False), "cases": cases,
                     "source": name})
    (out / "chat.json").write_text(json.dumps(sets, ensure_ascii=False, indent=1) + "\n")
    manifest = {"command": "python tests/tools/make_prompt_goldens.py TEMPLATES tests/golden/prompt",
                "versions": {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
                "sha256": {name: hashlib.sha256((out / name).read_bytes()).hexdigest()
                           for name in ("chat.json", "tokenizer.json")}}
    (out / "MANIFEST.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
