#!/usr/bin/env bash
# Makes two folders, each under 64 MB, with which a machine that has an NVIDIA GPU and nothing else can be checked:
# bench/device/pack.sh OUTPUT [ARCHITECTURE, 90 by default]. Before it: npm ci, and ONNX Runtime for CUDA in its cache
# folder (npx randar setup-cuda, or npx tsx tests/support/fake-cuda/bring-provider.ts).
set -euo pipefail
out=$(mkdir -p "${1:?the folder to make}" && cd "$1" && pwd)
architecture=${2:-90}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
provider=${RANDAR_CUDA_PROVIDER:-${XDG_CACHE_HOME:-$HOME/.cache}/randar/cuda-13}
node_ort=node_modules/onnxruntime-node/bin/napi-v6/linux/x64
mkdir -p "$out/a" "$out/b"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# a: the provider, with the code of one architecture.
packed() { [ -s "$2" ] || { xz -6 -T2 -c "$1" >"$2.part" && mv "$2.part" "$2"; }; }
if [ ! -s "$out/a/libonnxruntime_providers_cuda.so.xz" ]; then
  python3 bench/device/one-architecture.py "$provider/libonnxruntime_providers_cuda.so" "$work/cuda.so" "$architecture"
fi
packed "$work/cuda.so" "$out/a/libonnxruntime_providers_cuda.so.xz"
packed "$provider/libonnxruntime.so.1.30.0" "$out/a/libonnxruntime.so.1.30.0.xz"
cp "$provider/libonnxruntime_providers_shared.so" bench/device/unpack.sh "$out/a/"

# b: Node, ONNX Runtime for Node, the project as it is, and the check.
packed "$(command -v node)" "$out/b/node.xz"
packed $node_ort/libonnxruntime.so.1 "$out/b/libonnxruntime.so.1.xz"
npm run --silent build >/dev/null
tree="$work/tree"
npx tsc --ignoreConfig --outDir "$tree" --rootDir . --module nodenext --target es2023 --skipLibCheck bench/device/check.ts
mkdir -p "$tree/models" "$tree/bench/pytorch"
cp -r dist bin package.json schema.graphql "$tree/"
cp bench/pytorch/decode.py "$tree/bench/pytorch/"
cp -r models/emoji "$tree/models/"
# Named by the manifest, and not asked for.
for file in patches transformer-int8; do : >"$tree/models/emoji/$file.safetensors"; done
npm ls --omit=dev --all --parseable 2>/dev/null | sed "s#^$PWD/##" | grep '^node_modules/' | while read -r package; do
  [ -d "$package" ] && [ ! -L "$package" ] && mkdir -p "$tree/$package" && cp -r "$package/." "$tree/$package/"
done
rm -rf "$tree"/node_modules/onnxruntime-node/bin "$tree"/node_modules/onnxruntime-web
mkdir -p "$tree/$node_ort"
cp $node_ort/onnxruntime_binding.node "$tree/$node_ort/"
find "$tree/node_modules" \( -name '*.map' -o -name '*.md' -o -name '*.d.ts' -o -name '*.cc' -o -path '*musl*' \) -delete
rm -rf "$tree"/node_modules/koffi/{doc,vendor} "$tree"/node_modules/zod/src "$tree"/node_modules/@graphql-yoga/render-graphiql/cjs
tar -C "$tree" -c . | xz -6 -T2 >"$out/b/tree.tar.xz"
cp bench/device/check.sh "$out/b/"
du -sb "$out/a" "$out/b"
