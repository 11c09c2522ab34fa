#!/usr/bin/env bash
# The second load, on the machine with the GPU: the whole check in under eight minutes, ending with a report in $OUT.
# STEPS names the parts to run: logits, pixels, tokens, time, server, pytorch.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${RANDAR_CHECK:-/tmp/randar-check}
OUT=${OUT:-$root/out}
STEPS=${STEPS:-logits pixels tokens time server pytorch}
mkdir -p "$OUT" "$root/tree"
xz -dc "$here/node.xz" >"$root/node" & xz -dc "$here/tree.tar.xz" | tar -C "$root/tree" -x & wait
chmod +x "$root/node"
cd "$root/tree"
xz -dc "$here/libonnxruntime.so.1.xz" >node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1
export RANDAR_CUDA_LIBRARIES=${RANDAR_CUDA_LIBRARIES:-$root/cuda} ORT_DISABLE_TELEMETRY=1 PATH=$root:$PATH

say() { echo "[${SECONDS}s] $*" | tee -a "$OUT/report.txt"; }
check() { timeout "${LIMIT:-90}" node bench/device/check.js "$@" 2>&1 || echo "FAIL check $*: exit status $?"; }
has() { [[ " $STEPS " == *" $1 "* ]]; }
told() { grep -E 'PASS|FAIL|TIME|SERVER|rror' | while read -r line; do say "$line"; done; }

node bin/randar.js doctor 2>&1 | tee "$OUT/doctor.txt" | tail -30 || true
has time && { check weights L "$root/L/random" >"$OUT/weights-L.txt" 2>&1 & check weights XL "$root/XL/random" >"$OUT/weights-XL.txt" 2>&1 & }

if has logits; then
  jobs=()
  for options in "" "--captures" "--batch 4" "--captures --batch 4" "--captures --batch 4 --count 4"; do
    { check logits $options | sed "s/^/logits $options: /" >"$OUT/logits${options// /}"; } & jobs+=($!)
  done
  for options in "" "--captures" "--captures --batch 4" "--captures --batch 4 --count 2"; do
    { check draws $options | sed "s/^/draws $options: /" >"$OUT/draws${options// /}"; } & jobs+=($!)
  done
  wait "${jobs[@]}"
  cat "$OUT"/logits* "$OUT"/draws* | told
fi
has pixels && check pixels --rounds 9 | tee "$OUT/pixels.txt" | told
if has tokens; then
  jobs=()
  for batch in 1 4; do
    check tokens --batch $batch >"$OUT/tokens-$batch" & jobs+=($!)
    check tokens --batch $batch --captures >"$OUT/tokens-$batch-captured" & jobs+=($!)
  done
  wait "${jobs[@]}"
  for batch in 1 4; do
    if cmp -s <(grep TOKENS "$OUT/tokens-$batch") <(grep TOKENS "$OUT/tokens-$batch-captured") && grep -q TOKENS "$OUT/tokens-$batch"; then
      say "PASS batch $batch: captured runs draw the tokens of runs that are not"
    else
      say "FAIL batch $batch: captured runs draw other tokens"
      tail -n 2 "$OUT/tokens-$batch-captured" | cut -c 1-300
    fi
  done
fi
wait
if has time; then
  L=$root/L/random/transformer.safetensors XL=$root/XL/random/transformer.safetensors
  for options in "--batch 1" "--captures --batch 1 --rounds 15" "--captures --batch 4" "--captures --batch 16" "--captures --batch 16 --count 16" "--captures --batch 64" "--captures --batch 64 --count 16"; do
    check time "$L" $options | sed "s/^TIME/TIME L $options:/" | told
  done
  for options in "--captures --batch 1" "--captures --batch 16 --count 16" "--captures --batch 64 --count 16"; do
    check time "$XL" --heads 20 $options | sed "s/^TIME/TIME XL $options:/" | told
  done
fi
has server && { LIMIT=120 check server "$root/L" --subscribers "${SUBSCRIBERS:-1,16,64}" | told; nvidia-smi --query-gpu=memory.used --format=csv,noheader; }
if has pytorch; then
  draw() { printf '{"do":"draw","dtype":"bf16","compiled":%s,"batch":%s,"steps":88,"guidance":[1,4],"temperature":1,"seed":%s}\n' "$1" "$2" "$3"; }
  for batch in 1 16 64; do draw false $batch 1; draw false $batch 2; done | timeout 60 python3 bench/pytorch/decode.py "$root/L/random/transformer.safetensors" 16 16 cuda 2>&1 | tail -8 | while read -r line; do say "PyTorch eager, twice each of 1, 16, 64: $line"; done
  for batch in 1 1 1 16 16; do draw true $batch 1; done | timeout "${COMPILE_LIMIT:-100}" python3 bench/pytorch/decode.py "$root/L/random/transformer.safetensors" 16 16 cuda 2>&1 | tail -6 | while read -r line; do say "PyTorch compiled: $line"; done
fi
say done
