"""Writes trajectories.json: parameters of a small network after steps of training with torch in double precision.

Every case starts from the same parameters and takes the same rows in the same order, so that any engine can follow it.
Made with torch 1.13 (Debian 12): python3 make.py
"""

import json
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

INPUTS, HIDDEN, OUTPUTS, ROWS, BATCH, STEPS, EVERY = 4, 6, 3, 40, 8, 200, 50

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)


def single(t):
    """Values that are exact in single precision."""
    return t.float().double()


X = single(torch.randn(ROWS, INPUTS))
LABELS = torch.randint(0, OUTPUTS, (ROWS,))
TARGETS = single(torch.rand(ROWS, OUTPUTS))
START = [
    single(torch.randn(INPUTS, HIDDEN) * 0.5),
    single(torch.randn(HIDDEN) * 0.1),
    single(torch.randn(HIDDEN, OUTPUTS) * 0.5),
    single(torch.randn(OUTPUTS) * 0.1),
]

ACTIVATIONS = {
    'linear': lambda z: z,
    'relu': F.relu,
    'leakyRelu': lambda z: F.leaky_relu(z, 0.01),
    'elu': F.elu,
    'gelu': F.gelu,
    'silu': F.silu,
    'tanh': torch.tanh,
    'sigmoid': torch.sigmoid,
    'softplus': F.softplus,
}


def one_hot(labels):
    return F.one_hot(labels, OUTPUTS).double()


# Losses by name: of outputs, labels and targets.
LOSSES = {
    'softmaxCrossEntropy': lambda y, l, t: F.cross_entropy(y, l),
    'smoothedSoftmaxCrossEntropy': lambda y, l, t: F.cross_entropy(y, l, label_smoothing=0.1),
    'sigmoidCrossEntropy': lambda y, l, t: F.binary_cross_entropy_with_logits(y, one_hot(l)),
    'meanSquaredError': lambda y, l, t: F.mse_loss(y, t),
    'meanAbsoluteError': lambda y, l, t: F.l1_loss(y, t),
    'huber': lambda y, l, t: F.huber_loss(y, t, delta=0.5),
    'hinge': lambda y, l, t: (1 - (2 * one_hot(l) - 1) * y).clamp(min=0).mean(),
}

SGD, ADAM, ADAMW, RMSPROP = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop

# Each case: activation, loss, this package's optimizer options, torch's optimizer and its options, clipping.
CASES = [('tanh', 'softmaxCrossEntropy', o, t, k) for o, t, k in [
    ({'kind': 'sgd'}, SGD, {}),
    ({'kind': 'sgd', 'momentum': 0.9}, SGD, {'momentum': 0.9}),
    ({'kind': 'sgd', 'momentum': 0.9, 'nesterov': True}, SGD, {'momentum': 0.9, 'nesterov': True}),
    ({'kind': 'sgd', 'momentum': 0.9, 'dampening': 0.5}, SGD, {'momentum': 0.9, 'dampening': 0.5}),
    ({'kind': 'sgd', 'weightDecay': 0.01}, SGD, {'weight_decay': 0.01}),
    ({'kind': 'sgd', 'momentum': 0.5, 'weightDecay': 0.01, 'clipNorm': 0.2}, SGD, {'momentum': 0.5, 'weight_decay': 0.01}),
    ({'kind': 'sgd', 'clipValue': 0.02}, SGD, {}),
    ({'kind': 'sgd', 'accumulate': 5}, SGD, {}),
    ({'kind': 'adam'}, ADAM, {}),
    ({'kind': 'adam', 'weightDecay': 0.01}, ADAM, {'weight_decay': 0.01}),
    ({'kind': 'adamW', 'weightDecay': 0.01, 'decoupled': True}, ADAMW, {'weight_decay': 0.01}),
    ({'kind': 'rmsprop'}, RMSPROP, {}),
    ({'kind': 'rmsprop', 'momentum': 0.5, 'alpha': 0.9}, RMSPROP, {'momentum': 0.5, 'alpha': 0.9}),
]]
CASES += [(activation, 'softmaxCrossEntropy', {'kind': 'sgd'}, SGD, {}) for activation in ACTIVATIONS if activation != 'tanh']
CASES += [('tanh', loss, {'kind': 'sgd'}, SGD, {}) for loss in LOSSES if loss != 'softmaxCrossEntropy']

RATES = {'sgd': 0.1, 'adam': 0.01, 'adamW': 0.01, 'rmsprop': 0.005}


def train(activation, loss, options, optimizer, torch_options):
    parameters = [nn.Parameter(p.clone()) for p in START]
    kernel1, bias1, kernel2, bias2 = parameters
    rate = RATES[options['kind']]
    rule = optimizer(parameters, lr=rate, **torch_options)
    accumulate = options.get('accumulate', 1)
    checkpoints = []
    for step in range(STEPS):
        first = step * BATCH % ROWS
        x, labels, targets = (t[first:first + BATCH] for t in (X, LABELS, TARGETS))
        outputs = ACTIVATIONS[activation](x @ kernel1 + bias1) @ kernel2 + bias2
        (LOSSES[loss](outputs, labels, targets) / accumulate).backward()
        if (step + 1) % accumulate == 0:
            if 'clipValue' in options:
                nn.utils.clip_grad_value_(parameters, options['clipValue'])
            if 'clipNorm' in options:
                nn.utils.clip_grad_norm_(parameters, options['clipNorm'])
            rule.step()
            rule.zero_grad()
        if (step + 1) % EVERY == 0:
            checkpoints.append(torch.cat([p.detach().flatten() for p in parameters]).tolist())
    return {'activation': activation, 'loss': loss, 'optimizer': options, 'rate': rate, 'checkpoints': checkpoints}


document = {
    'torch': torch.__version__,
    'inputs': INPUTS, 'hidden': HIDDEN, 'outputs': OUTPUTS, 'rows': ROWS, 'batch': BATCH, 'every': EVERY,
    'x': X.flatten().tolist(),
    'labels': LABELS.tolist(),
    'targets': TARGETS.flatten().tolist(),
    'start': torch.cat([p.flatten() for p in START]).tolist(),
    'cases': [train(*case) for case in CASES],
}
path = Path(__file__).with_name('trajectories.json')
path.write_text(json.dumps(document, separators=(',', ':')) + '\n')
print(path, path.stat().st_size, 'bytes')
