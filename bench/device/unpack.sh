#!/usr/bin/env bash
# The first load, on the machine with the GPU: ONNX Runtime for CUDA into the folder where the product looks for it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=${RANDAR_CHECK:-/tmp/randar-check}/cuda
mkdir -p "$folder"
for file in *.xz; do xz -dc "$file" >"$folder/${file%.xz}" & done
cp libonnxruntime_providers_shared.so "$folder/"
wait
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
