"""Arrays filled by torch, numpy and scipy, in milliseconds a value; `npm run bench -- create` and `-- plan` ask.

    python3 -m venv venv && venv/bin/pip install numpy scipy torch
    taskset -c 1 venv/bin/python crates/benches/peers/samplers.py [--threads N] [--ask] [case...]

Cases are a law (uniform, normal, truncated at two sigma, heNormal), a type (f32, f64, bf16) and a length: `normal f32 of
1000`. Without one it is 65,536, which fits the second-level cache. Each figure is of the fastest of many runs, as in `cargo
bench -p symbreak-benches`; run both at the same time of day on the same core before dividing one by the other. What is not
installed is left out.
"""

import asked

GIVEN = asked.options(__doc__)

SMALL, LARGE = 1 << 16, 1 << 26
UNIFORMS = ["uniform f32", f"uniform f32 of {LARGE}", "uniform f64", "uniform bf16"]
NAMES = [*UNIFORMS, "normal f32", "normal f64", "truncated f32", "truncated f64", f"heNormal f32 of {1 << 24}"]


def with_torch(law, dtype, length):
    import torch

    torch.set_num_threads(GIVEN.threads)
    types = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.bfloat16}
    out = torch.empty(length, dtype=types[dtype])
    calls = {
        "uniform": out.uniform_,
        "normal": out.normal_,
        "truncated": lambda: torch.nn.init.trunc_normal_(out),
        "heNormal": lambda: torch.nn.init.kaiming_normal_(out.view(-1, 4096)),
    }
    yield "torch", calls[law], length


def with_numpy(law, dtype, length):
    import numpy

    generator = numpy.random.Generator(numpy.random.SFC64(7))
    draw = {"uniform": generator.random, "normal": generator.standard_normal}.get(law)
    numbers = {"f32": numpy.float32, "f64": numpy.float64}.get(dtype)
    if draw and numbers:
        out = numpy.empty(length, numbers)
        yield "numpy (SFC64)", lambda: draw(out=out, dtype=numbers), length


def with_scipy(law, dtype, length):
    from scipy.stats import truncnorm

    if (law, dtype) == ("truncated", "f64"):
        frozen = truncnorm(-2, 2)
        yield "scipy", lambda: frozen.rvs(length, random_state=7), length


def case_of(name):
    what, _, length = name.partition(" of ")
    law, dtype = what.split(" ")
    return asked.importable((with_torch, with_numpy, with_scipy), law, dtype, int(length or SMALL))


asked.answer(GIVEN, case_of, NAMES)
