"""Goldens from RAR in bytedance/1d-tokenizer."""

import importlib.util
import sys
import types
from contextlib import contextmanager

import torch
from torch.nn import functional

import golden


def transformer(checkout):
    def compute(stored):
        model = _load(checkout, stored["config"])
        return {
            **stored,
            "cases": [_generate(model, case) for case in stored["cases"]],
            "teacher_forced": _teacher_force(model, stored["teacher_forced"]),
            "teacher_forced_order": _teacher_force(model, stored["teacher_forced_order"]),
        }

    return compute


def _load(checkout, config):
    _import_base_model_alone(checkout)
    from modeling.rar import RAR

    class Options(types.SimpleNamespace):
        def get(self, name, default):
            return getattr(self, name, default)

    generator = Options(
        hidden_size=config["width"],
        num_hidden_layers=config["depth"],
        num_attention_heads=config["heads"],
        intermediate_size=config["mlp"],
        image_seq_len=config["cells"],
        condition_num_classes=config["classes"],
        dropout=0.0,
        attn_drop=0.0,
    )
    vq_model = Options(codebook_size=config["codes"])
    model = RAR(Options(model=Options(generator=generator, vq_model=vq_model)))
    model.load_state_dict(torch.load(golden.folder / "rar-square8.bin", weights_only=True))
    return model.eval()


def _import_base_model_alone(checkout):
    """Loads base_model.py alone as modeling.modules, since the other files of that package depend on many packages."""
    path = f"{checkout}/modeling/modules/base_model.py"
    spec = importlib.util.spec_from_file_location("modeling.modules", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["modeling.modules"] = module


def _generate(model, case):
    with greedy() as logits:
        tokens = model.generate(
            torch.tensor([case["label"]]),
            case["guidance_scale"],
            case["temperature"],
            case["guidance_scale_pow"],
        )
    steps = torch.cat(logits)
    best = steps.topk(2, dim=-1).values
    return {
        **case,
        "tokens": tokens[0].tolist(),
        "greedy_margin": (best[:, 0] - best[:, 1]).min().item(),
        "logits": golden.rounded(steps[:: case["logits_every"]], 4),
    }


@contextmanager
def greedy():
    """Replaces sampling by the most probable token, and records the logits."""
    logits = []
    multinomial, softmax = torch.multinomial, functional.softmax

    def softmax_and_keep(values, **options):
        logits.append(values.clone())
        return softmax(values, **options)

    torch.multinomial = lambda probs, **_options: probs.argmax(dim=-1, keepdim=True)
    functional.softmax = softmax_and_keep
    try:
        yield logits
    finally:
        torch.multinomial, functional.softmax = multinomial, softmax


def _teacher_force(model, case):
    tokens = torch.tensor([case["tokens"]])
    orders = torch.tensor([case["order"]]) if "order" in case else None
    with torch.no_grad():
        condition = model.preprocess_condition(torch.tensor([case["label"]]))
        logits = model.forward_fn(tokens, condition, orders=orders)[0]
    # The last position follows all tokens and predicts none.
    logits = logits[: len(case["tokens"])]
    return {**case, "logits": golden.rounded(logits[:: case["logits_every"]], 4)}
