"""torch's orthogonal_, in milliseconds a matrix or a batch of them; `npm run bench -- orthogonal` asks.

    python3 -m venv venv && venv/bin/pip install torch
    venv/bin/python crates/benches/peers/linalg.py [--threads N] [--ask] [case...]

Cases are `64 x 64` and the like, `10000 of 64 x 64` for a batch. The tables of `cargo bench -p symbreak-benches --bench
orthogonal` are read beside them, too.
"""

import asked

GIVEN = asked.options(__doc__)

SHAPES = ["64 x 64", "256 x 256", "512 x 512", "1024 x 1024", "2048 x 2048", "1152 x 128", "4096 x 1024"]
NAMES = [*SHAPES, "10000 of 64 x 64"]

MOST = 1000
"""Of a larger batch only so many are made: where threads get in each other's way, all of them take a minute."""


def with_torch(count, rows, columns):
    import torch

    torch.set_num_threads(GIVEN.threads)
    matrix = torch.empty(rows, columns)
    made = min(count, MOST)

    def fill():
        for _ in range(made):
            torch.nn.init.orthogonal_(matrix)

    yield "torch", fill, made / count


def case_of(name):
    count, _, shape = name.rpartition(" of ")
    rows, columns = map(int, shape.split(" x "))
    return asked.importable([with_torch], int(count or 1), rows, columns)


asked.answer(GIVEN, case_of, NAMES)
