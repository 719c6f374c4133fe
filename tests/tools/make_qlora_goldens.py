"""Writes tests/golden/qlora/: tiny checkpoints in fp32, the same as transformers and bitsandbytes save them in 4 bits,
adapters of peft, and what transformers, peft and bitsandbytes compute and train with them on a CPU.

    python tests/tools/make_qlora_goldens.py tests/golden/qlora

One folder a shape: base/ (fp32), quantized/ (4-bit), adapter/ (peft, B not zero), expected.json (rows, losses and norms
of twenty optimizer steps) and expected.safetensors (every 4-bit weight dequantized, logits an item, the adapter's
gradients of the first window and its values after the last step).
"""

import hashlib
import json
import pathlib
import random
import shutil
import sys

import bitsandbytes
import bitsandbytes.functional as functional
import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from safetensors.torch import save_file

OUT = pathlib.Path(sys.argv[1])
NUM_STEPS = 20
IGNORED = -100

# No width of a quantized weight is a multiple of a block.
QWEN3 = dict(vocab_size=97, hidden_size=20, intermediate_size=26, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, head_dim=14, max_position_embeddings=128, rms_norm_eps=1e-6,
             tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1e6}, bos_token_id=0,
             eos_token_id=2, pad_token_id=1)
LLAMA = dict(vocab_size=91, hidden_size=24, intermediate_size=36, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, tie_word_embeddings=False,
             rope_parameters={"rope_type": "default", "rope_theta": 1e4}, bos_token_id=0, eos_token_id=2,
             pad_token_id=1)
MT5 = dict(vocab_size=83, d_model=20, d_kv=6, d_ff=26, num_layers=2, num_decoder_layers=2, num_heads=3,
           dropout_rate=0.0, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0)
CAUSAL_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SHAPES = {
    "qwen3_nf4": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM, QWEN3,
                  dict(bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True), CAUSAL_TARGETS),
    "llama_fp4": (transformers.LlamaConfig, transformers.LlamaForCausalLM, LLAMA,
                  dict(bnb_4bit_quant_type="fp4", bnb_4bit_use_double_quant=False), CAUSAL_TARGETS),
    "mt5_nf4": (transformers.MT5Config, transformers.MT5ForConditionalGeneration, MT5,
                dict(bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True), ["q", "k", "v", "o", "wi_0", "wi_1", "wo"]),
}
TRAINING = dict(learning_rate=5e-3, weight_decay=0.0, accumulation=2, batch=3, clip=1.0, rank=4, alpha=8.0)


def rows_of(model_type, vocab_size, start, rng):
    rows = []
    for length in (1, 2, 5, 9, 13, 17):
        ids = [rng.randrange(3, vocab_size) for _ in range(length)]
        target = [rng.randrange(3, vocab_size) for _ in range(rng.randrange(2, 7))] + [2]
        if model_type == "mt5":
            rows.append({"input_ids": ids, "decoder_input_ids": [start] + target[:-1], "labels": target})
        else:
            whole = ids + target
            labels = [IGNORED] * (length - 1) + target + [IGNORED]
            rows.append({"input_ids": [], "decoder_input_ids": whole, "labels": labels})
    return rows


def logits_of(model, row):
    """One row, no padding: (T, V)."""
    decoder = torch.tensor([row["decoder_input_ids"]])
    if row["input_ids"]:
        return model(input_ids=torch.tensor([row["input_ids"]]), decoder_input_ids=decoder).logits[0]
    return model(input_ids=decoder).logits[0]


def window_loss(model, rows, num_tokens):
    total = 0.0
    for row in rows:
        labels = torch.tensor(row["labels"])
        loss = torch.nn.functional.cross_entropy(logits_of(model, row).float(), labels, ignore_index=IGNORED,
                                                 reduction="sum") / num_tokens
        total = total + loss
    return total


def train(model, rows, tensors):
    parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(parameters.values(), lr=TRAINING["learning_rate"], weight_decay=0.0)
    batch, accumulation = TRAINING["batch"], TRAINING["accumulation"]
    losses, norms = [], []
    for step in range(NUM_STEPS):
        order = rows[step % len(rows):] + rows[:step % len(rows)]
        window = order[:batch * accumulation]
        num_tokens = sum(label != IGNORED for row in window for label in row["labels"])
        optimizer.zero_grad()
        value = 0.0
        for begin in range(0, len(window), batch):
            loss = window_loss(model, window[begin:begin + batch], num_tokens)
            loss.backward()
            value += loss.item()
        if step == 0:
            for name, p in parameters.items():
                tensors["gradient/" + file_name(name)] = p.grad.clone()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), TRAINING["clip"]).item())
        optimizer.step()
        losses.append(value)
    for name, p in parameters.items():
        tensors["trained/" + file_name(name)] = p.detach().clone()
    return losses, norms


def file_name(name):
    """As in adapter_model.safetensors."""
    return name.replace(".default.", ".")


def make(shape):
    config_class, model_class, settings, quantization, targets = SHAPES[shape]
    torch.manual_seed(len(shape))
    out = OUT / shape
    if out.exists():
        shutil.rmtree(out)
    model = model_class(config_class(**settings))
    scale = 1 if config_class.model_type == "mt5" else 4
    for p in model.parameters():  # spread norms and weights: a wrong one must show
        p.data.mul_(scale).add_(0.05 * torch.randn_like(p)) if p.dim() > 1 else p.data.add_(0.2 * torch.randn_like(p))
    model.save_pretrained(out / "base")
    bits = transformers.BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.float32, **quantization)
    quantized = model_class.from_pretrained(out / "base", quantization_config=bits, device_map="cpu",
                                            dtype=torch.float32)
    quantized.save_pretrained(out / "quantized")
    rows = rows_of(config_class.model_type, settings["vocab_size"], 0, random.Random(5))
    tensors = {}
    for name, module in quantized.named_modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            tensors["weight/" + name + ".weight"] = functional.dequantize_4bit(
                module.weight.data, module.weight.quant_state).contiguous()
    quantized.train()  # in eval mode bitsandbytes repacks for bfloat16 kernels on some CPUs
    with torch.no_grad():
        for i, row in enumerate(rows):
            tensors[f"logits/{i}"] = logits_of(quantized, row).float().contiguous()
    quantized = prepare_model_for_kbit_training(quantized)
    lora = LoraConfig(r=TRAINING["rank"], lora_alpha=TRAINING["alpha"], lora_dropout=0.0, target_modules=targets,
                      task_type="SEQ_2_SEQ_LM" if config_class.model_type == "mt5" else "CAUSAL_LM")
    adapted = get_peft_model(quantized, lora)
    for name, p in adapted.named_parameters():
        if "lora_B" in name:
            p.data.copy_(0.02 * torch.randn_like(p))
    adapted.save_pretrained(out / "adapter")
    (out / "adapter" / "README.md").unlink()
    config = json.loads((out / "adapter" / "adapter_config.json").read_text())
    config["target_modules"].sort()  # a set: peft writes it in any order
    (out / "adapter" / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True))
    adapted.train()
    losses, norms = train(adapted, rows, tensors)
    expected = {"rows": rows, "losses": losses, "norms": norms, "training": TRAINING,
                "quantization": quantization}
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    save_file(tensors, out / "expected.safetensors", metadata={"format": "pt"})


def main():
    for shape in SHAPES:
        make(shape)
    for path in OUT.rglob("*.safetensors"):
        path.chmod(0o644)
    files = sorted(p for p in OUT.rglob("*") if p.is_file() and p.name not in ("BUILD", "MANIFEST.json"))
    manifest = {
        "command": "python tests/tools/make_qlora_goldens.py tests/golden/qlora",
        "versions": {"bitsandbytes": bitsandbytes.__version__, "torch": torch.__version__, "peft": peft.__version__,
                     "transformers": transformers.__version__, "python": sys.version.split()[0]},
        "sha256": {str(p.relative_to(OUT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")


main()
