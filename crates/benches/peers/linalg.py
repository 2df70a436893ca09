"""torch's orthogonal_ and a training step of 784-256-128-10, beside which the tables of `orthogonal` and `training` are
read: `python linalg.py [threads]`, with torch from PyPI."""

import sys
import time

import torch

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
torch.set_num_threads(threads)
print(f"torch {torch.__version__}, {threads} threads")


def best(call, rounds=5, least=0.05):
    """The best time of one call in seconds."""
    call()
    result = float("inf")
    for _ in range(rounds):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < least:
            call()
            count += 1
        result = min(result, (time.perf_counter() - start) / count)
    return result


for shape in [(64, 64), (256, 256), (512, 512), (1024, 1024), (2048, 2048), (1152, 128), (4096, 1024)]:
    w = torch.empty(*shape)
    print(f"orthogonal_ {shape[0]} x {shape[1]}: {best(lambda: torch.nn.init.orthogonal_(w)) * 1e6:.1f} us")

rows = 12_800
x = torch.rand(rows, 784)
y = torch.arange(rows) * 7 % 10
for batch in [1, 8, 32, 128, 512]:
    net = torch.nn.Sequential(
        torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    steps = min(rows // batch, 500)
    order = torch.randperm(rows)

    def epoch():
        for k in range(steps):
            at = order[k * batch : (k + 1) * batch]
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x[at]), y[at]).backward()
            optimizer.step()

    print(f"batch {batch}: {steps * batch / best(epoch, 3):.0f} samples/s")
