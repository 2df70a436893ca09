"""Writes normal.txt and truncated.txt: what the normal laws in f64 should give, from 60 digits.

A value is the sum of two doubles. Made with mpmath 1.3.0: python3 make.py
"""

import random
from pathlib import Path

from mpmath import cos, erfc, erfinv, exp, inf, log, mp, mpf, pi, sin, sqrt

mp.dps = 60
random.seed(4)
BITS = 53
HERE = Path(__file__).parent

INTERVALS = [
    (-2, 2),
    (-1, 1.5),
    (-3, 3),
    (-30, 30),
    (-1, inf),
    (-inf, 0.25),
    (-inf, 2.71821288),
    (-0.198183834, 2.01045034),
    (-2.5, 0.3),
    (0, 1.25),
    (0.5, 1.5),
    (0.5, 0.5001),
    (-5e-5, 5e-5),
    (-2.5, -1.5),
    (1.75, inf),
    (3, 3.0001),
    (5, 9),
    (-9, -8),
    (6, inf),
    (-inf, 37),
]


def pair(x):
    high = float(x)
    return f'{high!r} {float(x - mpf(high))!r}'


def beyond(z):
    return erfc(z / sqrt(mpf(2))) / 2


def near_both_ends():
    ends = [0, 1, random.getrandbits(20), random.getrandbits(36), random.getrandbits(48)]
    return ends + [2**BITS - 1 - k for k in ends]


def chosen(crossing):
    """Integers at both ends, about the one whose value is 0 and anywhere."""
    about = [int(crossing) + sign * 2**k for k in range(0, BITS - 2, 7) for sign in (-1, 1)]
    anywhere = [random.getrandbits(BITS) for _ in range(8)]
    inside = {k for k in near_both_ends() + about + anywhere if 0 <= k < 2**BITS}
    return sorted(inside)


def quantile(a, b, share):
    """z with the share of the cut's mass below it, from the nearer end of the normal."""
    if a + b < 0:
        return -quantile(-b, -a, 1 - share)
    mass = (1 - share) * (beyond(a) - beyond(b)) + beyond(b)
    if mass > mpf('0.01'):
        z = erfinv(1 - 2 * mass) * sqrt(mpf(2))
    else:
        z = sqrt(-2 * log(mass))
    for _ in range(8):
        # Halley's step for ln(beyond), which is nearly a parabola.
        rest = beyond(z)
        hazard = exp(-z * z / 2) / sqrt(2 * pi) / rest
        f, f1, f2 = log(rest / mass), -hazard, -hazard * (hazard - z)
        step = 2 * f * f1 / (2 * f1 * f1 - f * f2)
        z -= step
        if abs(step) < mpf(10) ** -50:
            return z
    raise ArithmeticError(f'{a} {b} {share}')


def truncated():
    for a, b in INTERVALS:
        a, b = mpf(a), mpf(b)
        total = beyond(a) - beyond(b)
        crossing = (beyond(a) - mpf(1) / 2) / total * 2**BITS
        for k in chosen(crossing):
            yield f'{float(a)!r} {float(b)!r} {k} {pair(quantile(a, b, (2 * k + 1) / mpf(2) ** (BITS + 1)))}'


def direction(k):
    """The specification's point on the circle: sign, swap, and a signed angle of 51 bits within 45 degrees."""
    i = k % 2**51
    angle = (2 * (i - 2**51 if i >= 2**50 else i) + 1) / mpf(2) ** 51 * pi / 4
    x, y = cos(angle) * (-1 if k >> 52 else 1), sin(angle)
    return (y, x) if k >> 51 & 1 else (x, y)


def normal():
    """Radii at both ends, about the middle and anywhere, each with points of its own near the axes and elsewhere."""
    for k in chosen(2**52):
        radius = sqrt(-2 * log((2 * k + 1) / mpf(2) ** (BITS + 1)))
        for _ in range(8):
            small = random.getrandbits(random.choice([2, 20, 40, 51]))
            angle = random.getrandbits(2) << 51 | (small if random.random() < 0.5 else 2**51 - 1 - small)
            x, y = direction(angle)
            yield f'{k} {angle} {pair(radius * x)} {pair(radius * y)}'


HERE.joinpath('truncated.txt').write_text('\n'.join(truncated()) + '\n')
HERE.joinpath('normal.txt').write_text('\n'.join(normal()) + '\n')
