"""
RandAR decoding in PyTorch, to be timed beside ours: the same weights, schedule and guidance, with a KV cache.

Reads one command a line from standard input and answers each with one line of JSON:
  {"do": "draw", "dtype": "fp32", "compiled": false, "batch": 1, "steps": 88, "guidance": [1, 2], "temperature": 0.8, "seed": 0}
  {"do": "greedy", "classes": [..], "order": [[..]], "tokens_per_step": [..], "guidance": [1, 4]}

Usage: python decode.py transformer.safetensors HEADS SIDE [cpu | cuda]
Source of the algorithm: ziqipang/RandAR, RandAR/model/randar_gpt.py, generate.
"""

import json
import math
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def read_safetensors(path):
    """Source: huggingface/safetensors, README, "Format": header length in 8 bytes, JSON header, tensors."""
    types = {"F32": np.float32, "F16": np.float16}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = np.frombuffer(file.read(), dtype=np.uint8)
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if entry["dtype"] not in types:
            sys.exit(f"{path}: {name} is {entry['dtype']}; expected F32 or F16: give the transformer in fp32 or fp16")
        begin, end = entry["data_offsets"]
        values = data[begin:end].view(types[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.astype(np.float32))
    return tensors


def rotation_table(side, head_dim):
    """cos and sin [cells, head_dim / 2]: the first half of the pairs rotates by row, the second by column."""
    pairs = head_dim // 2
    frequencies = 1.0 / (10000 ** (torch.arange(0, pairs, 2).float() / pairs))
    places = torch.outer(torch.arange(side).float(), frequencies)
    rows = places[:, None, :].expand(side, side, -1)
    columns = places[None, :, :].expand(side, side, -1)
    angles = torch.cat([rows, columns], dim=-1).reshape(side * side, pairs)
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    """x [B, S, heads, head_dim], interleaved pairs; cos, sin [B, S, head_dim / 2]."""
    a, b = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = cos[:, :, None], sin[:, :, None]
    return torch.stack([a * cos - b * sin, b * cos + a * sin], dim=-1).flatten(-2).type_as(x)


class Transformer:
    def __init__(self, tensors, heads, side, dtype):
        self.w = {name: tensor.to(dtype) for name, tensor in tensors.items()}
        self.heads, self.side, self.dtype = heads, side, dtype
        self.dim = self.w["tok_embeddings.weight"].shape[1]
        self.head_dim = self.dim // heads
        self.layers = sum(name.endswith("attention.wqkv.weight") for name in self.w)
        self.null_class = self.w["cls_embedding.embedding_table.weight"].shape[0] - 1
        self.cos, self.sin = rotation_table(side, self.head_dim)
        instruction = self.w["pos_instruct_embeddings"].reshape(1, 1, heads, self.head_dim)
        turned = rotate(instruction.expand(1, side * side, -1, -1), self.cos[None], self.sin[None])
        self.instructions = turned.reshape(side * side, self.dim)

    def new_cache(self, rows):
        shape = (self.layers, 2, rows, self.heads, 1 + 2 * self.side**2, self.head_dim)
        return torch.zeros(shape, dtype=self.dtype)

    def step(self, x, cos, sin, cache, past, wanted):
        """x [B, S, D]: logits of the last `wanted` positions; keys and values are written after `past`."""
        b, s, _ = x.shape
        mask = torch.ones(s, past + s, dtype=torch.bool).tril(past)
        for i in range(self.layers):
            at = f"layers.{i}."
            h = F.rms_norm(x, (self.dim,), self.w[at + "attention_norm.weight"], 1e-5)
            qkv = F.linear(h, self.w[at + "attention.wqkv.weight"]).view(b, s, 3, self.heads, self.head_dim)
            q, k, v = qkv.unbind(2)
            q, k = rotate(q, cos, sin).transpose(1, 2), rotate(k, cos, sin).transpose(1, 2)
            keys, values = cache[i]
            keys[:, :, past : past + s], values[:, :, past : past + s] = k, v.transpose(1, 2)
            seen = slice(0, past + s)
            mixed = F.scaled_dot_product_attention(q, keys[:, :, seen], values[:, :, seen], attn_mask=mask)
            x = x + F.linear(mixed.transpose(1, 2).reshape(b, s, self.dim), self.w[at + "attention.wo.weight"])
            h = F.rms_norm(x, (self.dim,), self.w[at + "ffn_norm.weight"], 1e-5)
            gate = F.silu(F.linear(h, self.w[at + "feed_forward.w1.weight"]))
            up = F.linear(h, self.w[at + "feed_forward.w3.weight"])
            x = x + F.linear(gate * up, self.w[at + "feed_forward.w2.weight"])
        last = F.rms_norm(x[:, s - wanted :], (self.dim,), self.w["norm.weight"], 1e-5)
        return F.linear(last, self.w["output.weight"])


def cosine_schedule(steps, cells):
    """Source: RandAR/model/utils.py, calculate_num_query_tokens_for_parallel_decoding."""
    counts, decoded = [], 0
    while decoded < cells:
        done = len(counts)
        target = 1 if done == 0 else min(int((1 - math.cos(math.pi / 2 * (done + 1) / steps)) * cells + 1), cells)
        counts.append(max(target - decoded, 1))
        decoded += counts[-1]
    return counts


@torch.inference_mode()
def generate(model, classes, order, tokens_per_step, guidance, sample):
    """Takes order [pictures, cells]; returns tokens [pictures, cells] in decoding order, and milliseconds per step."""
    pictures, cells = order.shape
    start, end = guidance
    rows = 1 if (start, end) == (1, 1) else 2
    labels = torch.cat([classes, torch.full_like(classes, model.null_class)])[: rows * pictures]
    batch_order = order.repeat(rows, 1)
    cache = model.new_cache(rows * pictures)
    tokens = torch.zeros(pictures, cells, dtype=torch.long)
    decoded, past, previous, ms = 0, 0, 0, []

    def query(begin, stop):
        return model.instructions[batch_order[:, begin:stop]]

    for count in tokens_per_step:
        began = time.perf_counter()
        new = batch_order[:, decoded : decoded + count]
        if previous == 0:
            label = model.w["cls_embedding.embedding_table.weight"][labels][:, None]
            x = torch.cat([label, query(0, count)], dim=1)
            # The class token is not rotated but zeroed.
            zeros = torch.zeros(rows * pictures, 1, model.head_dim // 2)
            cos = torch.cat([zeros, model.cos[new]], dim=1)
            sin = torch.cat([zeros, model.sin[new]], dim=1)
            kept = 2
        else:
            # [T0, Q1, T1 ... Q(n-1), T(n-1), Q'0 ... Q'(m-1)]
            known = tokens[:, decoded - previous : decoded].repeat(rows, 1)
            embedded = model.w["tok_embeddings.weight"][known]
            pairs = torch.stack([query(decoded - previous, decoded), embedded], dim=2).flatten(1, 2)
            x = torch.cat([pairs[:, 1:], query(decoded, decoded + count)], dim=1)
            places = batch_order[:, decoded - previous : decoded].repeat_interleave(2, dim=1)[:, 1:]
            places = torch.cat([places, new], dim=1)
            cos, sin = model.cos[places], model.sin[places]
            kept = 2 * previous
        logits = model.step(x, cos, sin, cache, past, count).float()
        if rows == 2:
            conditional, unconditional = logits.chunk(2)
            scale = start + (end - start) * decoded / cells
            logits = unconditional + scale * (conditional - unconditional)
        tokens[:, decoded : decoded + count] = sample(logits)
        if tokens.is_cuda:
            torch.cuda.synchronize()
        decoded, past, previous = decoded + count, past + kept, count
        ms.append((time.perf_counter() - began) * 1000)
    return tokens, ms


def drawn(temperature):
    def sample(logits):
        probabilities = (logits / temperature).softmax(-1)
        return torch.multinomial(probabilities.flatten(0, 1), 1).view(probabilities.shape[:2])

    return sample


def main():
    path, heads, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    device = sys.argv[4] if len(sys.argv) > 4 else "cpu"
    torch.set_default_device(device)
    tensors = {name: tensor.to(device) for name, tensor in read_safetensors(path).items()}
    types = {"fp32": torch.float32, "bf16": torch.bfloat16}
    models = {}

    def model(dtype, compiled=False):
        if (dtype, compiled) not in models:
            made = Transformer(tensors, heads, side, types[dtype])
            if compiled:
                # Lengths differ in every step; compile one graph for all of them.
                made.step = torch.compile(made.step, dynamic=True)
            models[dtype, compiled] = made
        return models[dtype, compiled]

    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "greedy":
            order = torch.tensor(asked["order"])
            classes = torch.tensor(asked["classes"])
            counts = asked["tokens_per_step"]
            tokens, _ = generate(model("fp32"), classes, order, counts, asked["guidance"], lambda x: x.argmax(-1))
            placed = torch.zeros_like(tokens).scatter(1, order, tokens)
            print(json.dumps({"tokens": placed.tolist()}), flush=True)
            continue
        torch.manual_seed(asked["seed"])
        batch, cells = asked["batch"], side * side
        order = torch.stack([torch.randperm(cells) for _ in range(batch)])
        chosen = model(asked["dtype"], asked["compiled"])
        classes = (torch.arange(batch) + asked["seed"]) % chosen.null_class
        counts = cosine_schedule(asked["steps"], cells)
        _, ms = generate(chosen, classes, order, counts, asked["guidance"], drawn(asked["temperature"]))
        result = {"ms_per_picture": sum(ms) / batch, "ms_per_step": sum(ms) / len(ms), "steps": len(ms)}
        print(json.dumps(result), flush=True)


main()
