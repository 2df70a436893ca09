"""What training.py trains: its cases, their rows, and the weights that they start from."""

import numpy

ROWS, RATE, STEPS = 12_800, 0.01, 800
NAMES = [*(f"batch {n}" for n in (1, 8, 32, 128, 512)), "tiny", *(f"logistic {n}" for n in (1, 64))]


def recipe(name):
    """Widths and rows of a step."""
    kind, _, batch = name.partition(" ")
    if kind == "tiny":
        return [4, 16, 3], 16
    return ([784, 256, 128, 10] if kind == "batch" else [784, 1]), int(batch)


def noise(widths):
    generator = numpy.random.default_rng(1)
    classes = max(2, widths[-1])
    return generator.random((ROWS, widths[0]), numpy.float32), numpy.arange(ROWS) % classes


def start(widths):
    """Kernel and bias of each layer."""
    generator = numpy.random.default_rng(7)
    for inputs, units in zip(widths, widths[1:]):
        kernel = generator.standard_normal((inputs, units), numpy.float32) * numpy.float32((2 / inputs) ** 0.5)
        yield kernel, numpy.zeros(units, numpy.float32)
