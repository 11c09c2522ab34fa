"""PyTorch training checkpoints with every element type and kind of storage view."""

from argparse import Namespace
from collections import OrderedDict

import torch
from safetensors.torch import load_file, save_file

import golden

protocols = {"torch-training.pt": 2, "torch-training-protocol5.pt": 5}


def write():
    torch.manual_seed(0)
    model = _model()
    for file, protocol in protocols.items():
        # Protocol 2 has no opcode for bytes.
        last = b"hi" if protocol == 5 else "hi"
        torch.save(_checkpoint(model, last), golden.folder / file, pickle_protocol=protocol)
    save_file(_as_safetensors(model), golden.folder / "torch-training.safetensors")


def differences():
    """Differences of the stored files from what `write` would create, except for numbers, and from each other."""
    fresh = _layouts(_checkpoint(_model(), "hi"))
    expected = load_file(golden.folder / "torch-training.safetensors")
    lines = []
    for file in protocols:
        # weights_only rejects the Namespace that real training files also contain.
        stored = torch.load(golden.folder / file, weights_only=False)
        lines += [f"{file}: {at}" for at in sorted(set(_layouts(stored).items()) ^ set(fresh.items()))]
        model = _as_safetensors(stored["model"])
        lines += [f"{file}: {name}" for name in expected if not torch.equal(model[name], expected[name])]
    return lines


def _model():
    base = torch.randn(24)
    linear, conv = torch.nn.Linear(3, 4), torch.nn.Conv2d(2, 3, 3)
    half = torch.randn(3, 5).half()
    return OrderedDict(
        [
            ("0.weight", linear.weight.detach()),
            ("0.bias", linear.bias.detach()),
            ("1.weight", conv.weight.detach()),
            ("1.bias", conv.bias.detach()),
            ("transposed", torch.randn(4, 6).t()),
            ("slice", base.view(4, 6)[1:3, 2:5]),
            ("step", base[1::3]),
            ("perm", torch.randn(2, 3, 4).permute(2, 0, 1)),
            ("chan", torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last)),
            ("tied", linear.weight.detach()),
            ("half", torch.randn(3, 2).half()),
            ("bf", torch.randn(3, 2).bfloat16()),
            ("f64", torch.randn(3).double()),
            ("i64", torch.tensor([1, -2, 2**40])),
            ("i32", torch.tensor([1, -2], dtype=torch.int32)),
            ("i8", torch.tensor([1, -2], dtype=torch.int8)),
            ("u8", torch.tensor([1, 255], dtype=torch.uint8)),
            ("bool", torch.tensor([True, False, True])),
            ("halft", half.t()),
            ("scalar", torch.tensor(3.5)),
            ("empty", torch.empty(0, 3)),
            ("param", torch.nn.Parameter(torch.randn(2, 2))),
        ]
    )


def _checkpoint(model, last):
    trained = torch.nn.Linear(3, 3)
    optimizer = torch.optim.AdamW(trained.parameters())
    trained(torch.randn(2, 3)).sum().backward()
    optimizer.step()
    args = Namespace(lr=1e-4, name="x", l=[1, 2], none=None, big=2**70, t=(1,), b=last)
    ema = {name: tensor.detach().clone() for name, tensor in model.items()}
    return {"model": model, "optimizer": optimizer.state_dict(), "steps": 12345678901, "args": args, "ema": ema}


def _layouts(checkpoint):
    return {
        f"{group}.{name}": (str(tensor.dtype), tuple(tensor.shape), tensor.stride(), tensor.storage_offset())
        for group in ("model", "ema")
        for name, tensor in checkpoint[group].items()
    }


def _as_safetensors(model):
    return {name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in model.items()}
