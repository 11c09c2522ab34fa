"""Reads and writes a golden's JSON file, and compares it with newly computed values."""

import json
from pathlib import Path

folder = Path(__file__).resolve().parent.parent


def read(name):
    return json.loads((folder / f"{name}.json").read_text())


def write(name, value):
    (folder / f"{name}.json").write_text(json.dumps(value))


def rounded(tensor, digits):
    """Converts a tensor to nested lists, as in the files."""
    return _round(tensor.tolist(), digits)


def _round(value, digits):
    if isinstance(value, list):
        return [_round(item, digits) for item in value]
    return round(value, digits)


def differences(stored, fresh, tolerance, at=""):
    """A line per difference; floats may differ by `tolerance` of the largest in their list, everything else not at all."""
    if isinstance(stored, dict) and isinstance(fresh, dict):
        if stored.keys() != fresh.keys():
            return [f"{at}: has {sorted(fresh)}, not {sorted(stored)}"]
        return [line for key in stored for line in differences(stored[key], fresh[key], tolerance, f"{at}.{key}")]
    if isinstance(stored, list) and isinstance(fresh, list):
        if len(stored) != len(fresh):
            return [f"{at}: has {len(fresh)} items, not {len(stored)}"]
        if stored and all(isinstance(item, (int, float)) for item in stored):
            return _different_numbers(stored, fresh, tolerance, at)
        pairs = enumerate(zip(stored, fresh))
        return [line for i, (a, b) in pairs for line in differences(a, b, tolerance, f"{at}[{i}]")]
    if isinstance(stored, float):
        return _different_numbers([stored], [fresh], tolerance, at)
    return [] if stored == fresh else [f"{at}: {fresh}, not {stored}"]


def _different_numbers(stored, fresh, tolerance, at):
    allowed = tolerance * max(1.0, max(abs(value) for value in stored))
    if all(isinstance(value, int) for value in stored):
        allowed = 0
    return [
        f"{at}[{i}]: {b}, not {a}"
        for i, (a, b) in enumerate(zip(stored, fresh))
        if abs(a - b) > allowed
    ]
