"""Goldens from ziqipang/RandAR: rotary table, schedule, sampling, greedy generation, enlargement."""

from contextlib import contextmanager

import torch
from safetensors.torch import load_file

import golden


def rope(stored):
    from RandAR.model.llamagen_gpt import precompute_freqs_cis_2d

    table = precompute_freqs_cis_2d(stored["grid"], stored["head_dim"], 10000, 1)
    return {**stored, "rows": {row: golden.rounded(table[int(row)], 6) for row in stored["rows"]}}


def schedule(stored):
    return [{**case, "tokens_per_step": _tokens_per_step(case["block"], case["steps"])} for case in stored]


def _tokens_per_step(block, steps):
    """The loop of RandARTransformer.generate, without a model."""
    from RandAR.model.utils import calculate_num_query_tokens_for_parallel_decoding as next_count

    counts, decoded, count = [], 0, 1
    total = block if steps == -1 else steps
    while decoded <= block - count and decoded <= block - 1:
        counts.append(count)
        following = next_count(len(counts), total, block, decoded, count)
        decoded, count = decoded + count, following
    return counts


def sampling(stored):
    from RandAR.model.generate import sample

    logits = torch.tensor(stored["logits"])

    def probabilities(case):
        # A copy, since the reference filters logits in place.
        rows = logits[:, None, :].clone()
        _, probs = sample(rows, temperature=case["temperature"], top_k=case["top_k"], top_p=case["top_p"])
        return golden.rounded(probs, 6)

    return {**stored, "cases": [{**case, "probs": probabilities(case)} for case in stored["cases"]]}


def transformer(name):
    def compute(stored):
        model = _load(name, stored["config"])
        cases = [_generate(model, case) for case in stored["cases"]]
        return {**stored, "cases": cases, "teacher_forced": _teacher_force(model, stored["teacher_forced"])}

    return compute


def _load(name, config):
    from RandAR.model.randar_gpt import RandARTransformer

    model = RandARTransformer(**config, grad_checkpointing=False)
    missing = model.load_state_dict(load_file(golden.folder / f"{name}.safetensors"), strict=False)
    if missing.missing_keys or missing.unexpected_keys:
        raise SystemExit(f"{name}.safetensors does not fit its config: {missing}")
    return model.eval()


def _generate(model, case):
    import RandAR.model.randar_gpt as reference

    with recorded(reference) as logits, torch.no_grad():
        tokens = model.generate(
            torch.tensor(case["classes"]),
            torch.tensor(case["order"]),
            tuple(case["cfg_scales"]),
            case["steps"],
            top_k=1,
        )
    steps = torch.cat(logits, dim=1)
    best = steps.topk(2, dim=-1).values
    return {
        **case,
        "tokens_per_step": _tokens_per_step(model.block_size, case["steps"]),
        "tokens": tokens.tolist(),
        "greedy_margin": (best[..., 0] - best[..., 1]).min().item(),
        "logits": golden.rounded(steps[:, :: case["logits_every"]], 4),
    }


@contextmanager
def recorded(module):
    """Records the logits after guidance, before `sample` changes them in place."""
    logits = []
    sample = module.sample

    def sample_and_keep(values, **options):
        logits.append(values.clone())
        return sample(values, **options)

    module.sample = sample_and_keep
    try:
        yield logits
    finally:
        module.sample = sample


def _teacher_force(model, case):
    tokens = torch.tensor(case["tokens"])
    model.remove_caches()
    with torch.no_grad():
        logits, _, _ = model(tokens, torch.tensor(case["classes"]), torch.tensor(case["order"]), targets=tokens)
    return {**case, "logits": golden.rounded(logits[:, :: case["every"]], 4)}


def enlargement(stored):
    from RandAR.applications.resolution_extrapolation import precompute_freqs_cis_2d_extrapolation

    model = _load(stored["model"], golden.read(stored["model"])["config"])
    grid = round(model.block_size**0.5 * 2)
    table = precompute_freqs_cis_2d_extrapolation(grid, model.dim // model.n_head, model.rope_base, 1)
    return {
        **stored,
        "cases": [_enlarge(model, case) for case in stored["cases"]],
        # The first row is the class token.
        "rope_rows": {row: golden.rounded(table[1 + int(row)], 6) for row in stored["rope_rows"]},
    }


def _enlarge(model, case):
    from RandAR.applications.resolution_extrapolation import generate_resolution_extrapolation

    with masked(case["masked_low_res_indices"]), torch.no_grad():
        tokens = generate_resolution_extrapolation(
            model,
            torch.tensor(case["classes"]),
            torch.tensor(case["order"]),
            tuple(case["cfg_scales"]),
            tuple(case["spatial_cfg_scales"]),
            num_inference_steps=case["steps"],
            extrapolation_factor=case["factor"],
            ntk_boundary=case["ntk_boundary"],
            top_k=1,
        )
    return {**case, "tokens": tokens.tolist()}


@contextmanager
def masked(indices):
    """Makes torch.randperm start with these, since the reference masks the low-resolution tokens it lists first."""
    randperm = torch.randperm

    def named_first(count, **_options):
        return torch.tensor(indices + [index for index in range(count) if index not in set(indices)])

    torch.randperm = named_first
    try:
        yield
    finally:
        torch.randperm = randperm
