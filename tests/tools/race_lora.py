"""Races LoRA training of a Llama shape against transformers + peft: same weights, same rows, in turns, in one run.

    bazel build -c opt //tests/perf:train_step_perf //harness/cli:all_programs
    python tests/tools/race_lora.py [--pairs 7] [--targets seven|qv] [--rank 16] [--threads 2]

Width 1024, 8 layers, 16 heads, 4 key heads, vocabulary 32,000; rows of 300 prompt and 40 target tokens, batch 2. Parity
comes first: the likelihoods of all rows under the adapter must be peft's. A step is forward, backward, clipping and
fused AdamW on both sides. The peer's share of matrix products is profiled first: its speed-up with everything else
for nothing is what there is to win at equal products.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

PROMPT, TARGET, BATCH, VOCABULARY = 300, 40, 2, 32000
TARGETS = {"seven": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
           "qv": ["q_proj", "v_proj"]}
PRODUCTS = {"aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm"}
NOISE = 1e-5


def make_peer(options, work):
    import peft
    import torch
    import transformers
    torch.manual_seed(42)
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=1024, intermediate_size=2816, num_hidden_layers=8, num_attention_heads=16,
        num_key_value_heads=4, max_position_embeddings=2048, tie_word_embeddings=True, bos_token_id=0, eos_token_id=1,
        pad_token_id=3))
    model.save_pretrained(work / "base")
    model = peft.get_peft_model(model, peft.LoraConfig(
        task_type="CAUSAL_LM", r=options.rank, lora_alpha=2 * options.rank, target_modules=TARGETS[options.targets]))
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "lora_B" in name:
                value.normal_(std=0.01)
    model.save_pretrained(work / "adapter")
    return model


def make_rows(count):
    draw = random.Random(42)
    ids = lambda n: [draw.randrange(10, VOCABULARY) for _ in range(n)]
    return [{"fname": f"row_{i}", "input_ids": ids(PROMPT), "labels": ids(TARGET)} for i in range(count)]


def collate(rows):
    import torch
    return {"input_ids": torch.tensor([row["input_ids"] + row["labels"] for row in rows]),
            "labels": torch.tensor([[-100] * PROMPT + row["labels"] for row in rows])}


class Peer:
    def __init__(self, model):
        import torch
        self.model = model
        trained = [value for value in model.parameters() if value.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=1e-6, weight_decay=0.0, fused=True)

    def likelihoods(self, rows):
        import torch
        with torch.no_grad():
            return [self.model(**collate([row])).loss.item() * TARGET for row in rows]

    def step(self, rows):
        import torch
        self.model(**collate(rows)).loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def seconds(self, rows):
        start = time.perf_counter()
        for begin in range(0, len(rows), BATCH):
            self.step(rows[begin:begin + BATCH])
        return (time.perf_counter() - start) / (len(rows) // BATCH)

    def product_share(self, rows):
        from torch.profiler import ProfilerActivity, profile
        with profile(activities=[ProfilerActivity.CPU]) as done:
            self.step(rows[:BATCH])
        events = done.key_averages()
        total = sum(event.self_cpu_time_total for event in events)
        return sum(event.self_cpu_time_total for event in events if event.key in PRODUCTS) / total


def our_seconds(options, work):
    done = subprocess.run(
        [options.perf, f"--model={work / 'base'}", f"--adapter={work / 'adapter'}", f"--inputs={work / 'rows.jsonl'}",
         f"--batch-size={BATCH}", f"--threads={options.threads}", "--benchmark_format=json",
         "--benchmark_min_time=0.01"], check=True, capture_output=True, text=True)
    return 1 / json.loads(done.stdout)["benchmarks"][0]["steps_per_s"]


def require_parity(options, peer, rows, work):
    subprocess.run([options.plumbline, "score", "--model", str(work / "base"), "--adapter", str(work / "adapter"),
                    "--data", str(work / "rows.jsonl"), "--out", str(work / "scores.jsonl"), "--threads",
                    str(options.threads)], check=True, stderr=subprocess.DEVNULL,
                   env={**os.environ, "PLUMBLINE_ENGINE": options.engine})
    found = [json.loads(line)["nll"] for line in (work / "scores.jsonl").read_text().splitlines()]
    worst = max(abs(a - b) / b for a, b in zip(found, peer.likelihoods(rows)))
    print(f"parity: likelihoods of {len(rows)} rows within {worst:.1e} of peft's", flush=True)
    if worst > NOISE:
        sys.exit("no race: likelihoods differ")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plumbline", default="bazel-bin/harness/cli/plumbline")
    parser.add_argument("--engine", default="bazel-bin/harness/cli/plumbline-engine")
    parser.add_argument("--perf", default="bazel-bin/tests/perf/train_step_perf")
    parser.add_argument("--targets", choices=TARGETS, default="seven")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    import torch
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        model = make_peer(options, work)
        rows = make_rows(options.steps * BATCH)
        (work / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        peer = Peer(model)
        require_parity(options, peer, rows, work)
        peer.seconds(rows)
        share = peer.product_share(rows)
        pairs = [(our_seconds(options, work), peer.seconds(rows)) for _ in range(options.pairs)]
    for name, side in (("plumbline", 0), ("transformers + peft", 1)):
        times = sorted(pair[side] for pair in pairs)
        print(f"{name}: median {statistics.median(times):.3f} s a step ({times[0]:.3f} to {times[-1]:.3f})")
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    print(f"peft's matrix products: {share:.1%} of its step; without the rest it would be {1 / share:.2f} x as fast")
    print(f"speed-up: {ratio:.2f} x, {ratio * share:.0%} of that")


if __name__ == "__main__":
    main()
