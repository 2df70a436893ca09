"""The samplers' peers on one core: torch, numpy and scipy filling the same kind of arrays, in 10^9 values a second.

    python3 -m venv venv && venv/bin/pip install numpy scipy torch
    taskset -c 1 venv/bin/python crates/benches/peers/samplers.py [--json]

Each figure is the fastest of many runs, as in `cargo bench -p symbreak-benches`; run both at the same time of day on
the same core before dividing one by the other. What is not installed is left out.
"""

import json
import sys
import time

LENGTH = 1 << 16  # 256 KiB of f32: within the second-level cache
LARGE = 1 << 26  # 256 MiB of f32


def fastest(fill, length, budget=1.0):
    """Values a second of the fastest run, in 10^9."""
    fill()
    best = float("inf")
    end = time.perf_counter() + budget
    while time.perf_counter() < end:
        start = time.perf_counter()
        fill()
        best = min(best, time.perf_counter() - start)
    return length / best / 1e9


def torch_cases():
    import torch

    torch.set_num_threads(1)
    small = torch.empty(LENGTH)
    large = torch.empty(LARGE)
    half = torch.empty(LENGTH, dtype=torch.bfloat16)
    double = torch.empty(LENGTH, dtype=torch.float64)
    name = f"torch {torch.__version__}"
    yield name, "uniform f32", lambda: small.uniform_(), LENGTH
    yield name, "uniform f32, 256 MiB", lambda: large.uniform_(), LARGE
    yield name, "uniform f64", lambda: double.uniform_(), LENGTH
    yield name, "uniform bf16", lambda: half.uniform_(), LENGTH
    yield name, "normal f32", lambda: small.normal_(), LENGTH
    yield name, "normal f64", lambda: double.normal_(), LENGTH
    yield name, "truncated +-2 f32", lambda: torch.nn.init.trunc_normal_(small), LENGTH
    matrix = torch.empty(4096, 4096)
    yield name, "kaiming_normal_ [4096, 4096]", lambda: torch.nn.init.kaiming_normal_(matrix), 1 << 24


def numpy_cases():
    import numpy

    generator = numpy.random.Generator(numpy.random.SFC64(7))
    small = numpy.empty(LENGTH, numpy.float32)
    double = numpy.empty(LENGTH)
    name = f"numpy {numpy.__version__} (SFC64)"
    yield name, "uniform f32", lambda: generator.random(out=small, dtype=numpy.float32), LENGTH
    yield name, "uniform f64", lambda: generator.random(out=double), LENGTH
    yield name, "normal f32", lambda: generator.standard_normal(out=small, dtype=numpy.float32), LENGTH
    yield name, "normal f64", lambda: generator.standard_normal(out=double), LENGTH


def scipy_cases():
    import scipy
    from scipy.stats import truncnorm

    name = f"scipy {scipy.__version__}"
    law = truncnorm(-2, 2)
    yield name, "truncated +-2 f64", lambda: law.rvs(LENGTH, random_state=7), LENGTH


def main():
    rows = []
    for cases in (torch_cases, numpy_cases, scipy_cases):
        try:
            for peer, case, fill, length in cases():
                rows.append({"peer": peer, "case": case, "gigavalues_per_second": fastest(fill, length)})
        except ImportError as error:
            print(f"left out: {error.name}", file=sys.stderr)
    if "--json" in sys.argv[1:]:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print(f"{row['peer']:<24} {row['case']:<32} {row['gigavalues_per_second']:.4f} G/s")


if __name__ == "__main__":
    main()
