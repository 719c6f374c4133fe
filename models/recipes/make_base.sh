#!/usr/bin/env bash
# Makes a tiny base again: models/recipes/make_base.sh NAME OUT, NAME being kobart_tiny, mt5_tiny, llama_tiny or
# qwen3_tiny (about a quarter of an hour on one quiet core). OUT/NAME is then what models/NAME holds.
set -euo pipefail
cd "$(dirname "$0")/../.."
usage="usage: models/recipes/make_base.sh kobart_tiny|mt5_tiny|llama_tiny|qwen3_tiny OUT"
name=${1:?$usage}
out=${2:?$usage}
case "$name" in
  kobart_tiny) layout=kobart ;;
  mt5_tiny) layout=t5 ;;
  llama_tiny) layout=llama3 ;;
  qwen3_tiny) layout=qwen3 ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
mkdir -p "$out"
bazel build //harness/data/korean:dataset //harness/data/korean:pretrain //harness/data:train_tokenizer \
  //models/recipes:make_checkpoint //models/recipes:pretraining_rows //harness/cli:plumbline //harness/cli:plumbline-engine
bin=bazel-bin
"$bin/harness/data/train_tokenizer" --data "$bin/harness/data/korean/dataset/train.jsonl" --out "$out/tokenizer" \
  --vocab-size 4000 --layout "$layout"
"$bin/models/recipes/pretraining_rows" --data "$bin/harness/data/korean/pretrain/pretrain.jsonl" --out "$out/pretraining.jsonl"
"$bin/models/recipes/make_checkpoint" initialize "models/recipes/${name}_config.json" 42 "$out/random"
cp "$out"/tokenizer/* "$out/random/"
"$bin/harness/cli/plumbline" run "models/recipes/$name.yaml" --set model.path="$out/random" \
  --set data.train="$out/pretraining.jsonl" --out "$out/run"
"$bin/models/recipes/make_checkpoint" convert "$out/run" "$out/$name" bfloat16
cp "$out"/tokenizer/* "$out/$name/"
echo "made $out/$name; compare with models/$name"
