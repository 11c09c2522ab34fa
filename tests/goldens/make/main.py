"""Recomputes the goldens from their checkpoints and requests, and compares or writes them.

    python tests/goldens/make/main.py --randar ../RandAR --rar ../1d-tokenizer
    python tests/goldens/make/main.py --randar ../RandAR --only rope schedule --write
"""

import argparse
import sys

import torch

import golden
import randar
import rar
import tokenizer
import training

# The files contain rounded numbers, and machines add in different orders.
four_digits, six_digits = 2e-4, 2e-6

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--randar", help="a checkout of github.com/ziqipang/RandAR")
arguments.add_argument("--rar", help="a checkout of github.com/bytedance/1d-tokenizer")
arguments.add_argument("--only", nargs="+", metavar="NAME", help="these goldens, not all")
arguments.add_argument("--write", action="store_true", help="write what was computed instead of comparing it")
options = arguments.parse_args()

of_randar = {
    "rope": (randar.rope, six_digits),
    "schedule": (randar.schedule, six_digits),
    "sampling": (randar.sampling, six_digits),
    "randar-square4": (randar.transformer("randar-square4"), four_digits),
    "randar-square8": (randar.transformer("randar-square8"), four_digits),
    "resolution-extrapolation": (randar.enlargement, six_digits),
    "llamagen-f4": (tokenizer.llamagen("llamagen-f4"), four_digits),
    "llamagen-f8": (tokenizer.llamagen("llamagen-f8"), four_digits),
    "maskgit-f4": (tokenizer.maskgit, four_digits),
}
of_rar = {"rar-square8": (rar.transformer(options.rar), four_digits)}
computed = {**(of_randar if options.randar else {}), **(of_rar if options.rar else {})}
sys.path[:0] = [path for path in (options.randar, options.rar) if path]

names = options.only or [*computed, "torch-training"]
unknown = [name for name in names if name not in [*computed, "torch-training"]]
if unknown:
    arguments.error(f"nothing computes {', '.join(unknown)}: give the checkout that does")


def report(name, lines):
    """Prints at most five differences. Returns whether there are any."""
    print(f"{name}: {'agrees' if not lines else f'differs in {len(lines)} places'}", *lines[:5], sep="\n  ")
    return bool(lines)


failed = False
for name in names:
    if name == "torch-training":
        if options.write:
            training.write()
        failed = report(name, training.differences()) or failed
        continue
    stored = golden.read(name)
    compute, tolerance = computed[name]
    fresh = compute(stored)
    if options.write:
        golden.write(name, fresh)
        print(f"{name}: written")
        continue
    failed = report(name, golden.differences(stored, fresh, tolerance)) or failed
print(f"PyTorch {torch.__version__}")
sys.exit(1 if failed else 0)
