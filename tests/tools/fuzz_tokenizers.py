"""Compares `plumbline tokenize` with the tokenizers library on seeded hostile strings.

    python tests/tools/fuzz_tokenizers.py --program bazel-bin/harness/cli/plumbline --count 100000
    ... --tokenizer some/tokenizer.json      a file of one's own instead of the synthetic ones
    ... --tokenizer some/directory           a directory, as transformers' AutoTokenizer reads it

Ids, pieces, offsets (in characters) and decoded text must be equal. Prints one line a pipeline and
up to --show differences; exits with 1 when there is any. tests/tools/fuzz_tokenizers.md lists the
differences that are accepted, with reasons; none of them is left out here.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

from tokenizers import Tokenizer

import tokenizer_pipelines as pipelines


def reference_of(path):
    if not os.path.isdir(path):
        return Tokenizer.from_file(path)
    import transformers
    return transformers.AutoTokenizer.from_pretrained(path).backend_tokenizer


def compare(name, path, program, seed, count, show, directory):
    tokenizer = reference_of(path)
    texts = list(pipelines.strings(seed, count))
    source, target = os.path.join(directory, "in.jsonl"), os.path.join(directory, "out.jsonl")
    with open(source, "w") as file:
        for text in texts:
            file.write(json.dumps({"text": text}) + "\n")
    start = time.time()
    subprocess.run([program, "tokenize", "--model", path, "--file", source, "--out", target],
                   check=True)
    ours_s = time.time() - start
    start = time.time()
    num_different = num_tokens = 0
    kinds = {}
    with open(target) as file:
        for text, line in zip(texts, file, strict=True):
            found, wanted = json.loads(line), pipelines.expectation(tokenizer, text)
            num_tokens += len(wanted["ids"])
            different = [key for key in wanted if found[key] != wanted[key]]
            if not different:
                continue
            num_different += 1
            kinds[different[0]] = kinds.get(different[0], 0) + 1
            if num_different <= show:
                print("  %s differs in %s:\n    text   %s\n    wanted %s\n    found  %s" % (
                    name, different, ascii(text), ascii(wanted), ascii({k: found[k] for k in wanted})))
    print("%-14s %d strings, %d tokens, %d different %s (ours %.1f s, reading and library %.1f s)" % (
        name, len(texts), num_tokens, num_different, kinds or "", ours_s, time.time() - start),
        flush=True)
    return num_different


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--tokenizer")
    arguments = parser.parse_args()
    total = 0
    with tempfile.TemporaryDirectory() as directory:
        paths = {"file": arguments.tokenizer} if arguments.tokenizer else {}
        for name, build in pipelines.PIPELINES.items():
            if arguments.tokenizer or (arguments.only and name not in arguments.only):
                continue
            os.makedirs(os.path.join(directory, name))
            paths[name] = os.path.join(directory, name, "tokenizer.json")
            build().save(paths[name])
        for name, path in paths.items():
            total += compare(name, path, arguments.program, arguments.seed, arguments.count,
                             arguments.show, directory)
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
