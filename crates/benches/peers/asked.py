"""What the peers' programs share: options, the time of a call, and cases that are measured when they are asked for.

A program measures the cases named on its command line, all without a name; with --ask those named by the lines of its
input, so that another program can measure its own side in turns. Each case is a generator of (peer, call, units of a call);
the answer is a line of JSON, the milliseconds of a unit by peer.
"""

import argparse
import json
import os
import sys
import time


def options(doc):
    """Options of a peers' program; the number of threads is set before any peer is imported."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--ask", action="store_true", help="read names of cases from standard input")
    parser.add_argument("cases", nargs="*")
    given = parser.parse_args()
    count = str(given.threads)
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC", "PJRT_NPROC"]
    os.environ.update(dict.fromkeys(names, count))
    if given.threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return given


LONG = 5
"""Seconds after which one call is enough. Shorter first calls are not counted: they compile, allocate and start threads."""


def fastest(call, stretch, seconds=0.3):
    """Seconds of a call in the fastest of the stretches that fit into a time, at least one.

    A stretch is as many calls as take about `stretch` seconds: short ones meet less of a machine's other work.
    """

    def timed(calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - start) / calls

    first = timed(1)
    if first > LONG:
        return first
    best = timed(1)
    calls, end = max(1, round(stretch / best)), time.perf_counter() + seconds
    best = timed(calls) if calls > 1 else best
    while time.perf_counter() < end:
        best = min(best, timed(calls))
    return best


def answer(given, case_of, names, stretch=0):
    """Measures and prints; `case_of` makes the generator of a case's name."""
    for name in (line.strip() for line in sys.stdin) if given.ask else given.cases or names:
        times = {peer: 1000 * fastest(call, stretch) / units for peer, call, units in case_of(name)}
        if given.ask:
            print(json.dumps(times), flush=True)
            continue
        for peer, milliseconds in times.items():
            print(f"{name:<28}{peer:<24}{1000 / milliseconds:.4g} a second", flush=True)


def importable(makers, *arguments):
    """What each maker yields, but for those whose peer is not installed."""
    for make in makers:
        try:
            yield from make(*arguments)
        except ImportError as error:
            print(f"left out: {error.name}", file=sys.stderr)
