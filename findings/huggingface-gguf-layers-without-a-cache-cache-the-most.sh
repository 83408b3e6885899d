#!/usr/bin/env bash
# @huggingface/gguf 0.4.6, gguf-view: a file of a model that mixes layers says how many heads of keys and
# values each keeps by a list, attention.head_count_kv, whose 0 is a layer without attention (LFM2,
# Granite hybrid, Jamba). The estimate of memory takes a 0 for nothing said, and counts as many heads as
# there are of queries: the layers that keep no cache get the largest. LFM2 1.2B: 6 of 16 layers attend,
# with 8 heads of 64 for keys; 131,072 tokens of float16 are 0.81 GB of keys, and 6.17 where the other
# ten had 32 heads each. The estimate from the same numbers without the 0.
# Output seen: 16 layers 6.17 GB the 6 that attend 0.81 GB
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @huggingface/gguf@0.4.6 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {GGUFValueType as type, serializeGgufMetadata} from '@huggingface/gguf';
const kept = [2, 5, 8, 10, 12, 14];
const write = (file, heads) => writeFileSync(file, serializeGgufMetadata({
  version: {value: 3, type: type.UINT32}, tensor_count: {value: 0n, type: type.UINT64},
  kv_count: {value: 5n, type: type.UINT64},
  'general.architecture': {value: 'lfm2', type: type.STRING},
  'lfm2.block_count': {value: heads.length, type: type.UINT32},
  'lfm2.embedding_length': {value: 2048, type: type.UINT32},
  'lfm2.attention.head_count': {value: 32, type: type.UINT32},
  'lfm2.attention.head_count_kv': {value: heads, type: type.ARRAY, subType: type.INT32},
}));
const keys = file => /K cache\s*\|\s*([\d.]+ GB)/.exec(execFileSync(
  'node', ['node_modules/@huggingface/gguf/dist/cli.js', '-c', '131072', file], {encoding: 'utf8'}))[1];
write('mixed.gguf', [...Array(16).keys()].map(layer => kept.includes(layer) ? 8 : 0));
write('attending.gguf', kept.map(() => 8));
console.log('16 layers', keys('./mixed.gguf'), 'the 6 that attend', keys('./attending.gguf'));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="16 layers 6.17 GB the 6 that attend 0.81 GB"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
