#!/usr/bin/env bash
# Makes the tiny KoBART base again: models/recipes/kobart_tiny.sh OUT (about a quarter of an hour on one quiet core).
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:?usage: models/recipes/kobart_tiny.sh OUT}
mkdir -p "$out"
bazel build //harness/data/korean:dataset //harness/data/korean:pretrain //harness/data:train_tokenizer \
  //models/recipes:make_checkpoint //models/recipes:pretraining_rows //harness/cli:plumbline //harness/cli:plumbline-engine
bin=bazel-bin
"$bin/harness/data/train_tokenizer" --data "$bin/harness/data/korean/dataset/train.jsonl" --out "$out/tokenizer" --vocab-size 4000
"$bin/models/recipes/pretraining_rows" --data "$bin/harness/data/korean/pretrain/pretrain.jsonl" --out "$out/pretraining.jsonl"
"$bin/models/recipes/make_checkpoint" initialize models/recipes/kobart_tiny_config.json 42 "$out/random"
cp "$out"/tokenizer/* "$out/random/"
"$bin/harness/cli/plumbline" run models/recipes/kobart_tiny.yaml --set model.path="$out/random" \
  --set data.train="$out/pretraining.jsonl" --out "$out/run"
"$bin/models/recipes/make_checkpoint" convert "$out/run" "$out/kobart_tiny" bfloat16
cp "$out"/tokenizer/* "$out/kobart_tiny/"
echo "made $out/kobart_tiny; compare with models/kobart_tiny"
