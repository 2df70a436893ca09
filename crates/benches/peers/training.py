"""Training by torch (eager, and without autograd), jax and scikit-learn, in milliseconds a row; `npm run bench -- fit` asks.

    python3 -m venv venv && venv/bin/pip install torch jax scikit-learn
    venv/bin/python crates/benches/peers/training.py [--threads N] [--ask] [case...]

Cases are `batch N` (784-256-128-10, relu, softmax cross-entropy), `tiny` (4-16-3, batch 16) and `logistic N` (784-1). All
peers run plain gradient descent on rows in a new order each epoch. What is not installed is left out.
"""

import asked

GIVEN = asked.options(__doc__)

import numpy  # noqa: E402
from recipes import NAMES, RATE, STEPS, noise, recipe, start  # noqa: E402


def torch_rows(widths, batch, x, y):
    """Rows, labels, and a function that makes the batches of an epoch, or of as much of one as takes about a second."""
    import torch

    torch.set_num_threads(GIVEN.threads)
    labels = torch.from_numpy(y.astype(numpy.float32)[:, None] if widths[-1] == 1 else y)
    return torch.from_numpy(x), labels, lambda: torch.randperm(len(x)).split(batch)[:STEPS]


def with_torch(widths, batch, x, y):
    import torch
    from torch.nn import functional

    rows, labels, batches = torch_rows(widths, batch, x, y)
    layers = []
    for inputs, units in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    loss = functional.binary_cross_entropy_with_logits if widths[-1] == 1 else functional.cross_entropy

    def epoch():
        for at in batches():
            optimizer.zero_grad()
            loss(net(rows[at]), labels[at]).backward()
            optimizer.step()

    yield "torch", epoch, batch * len(batches())


def without_autograd(widths, batch, x, y):
    import torch

    rows, labels, batches = torch_rows(widths, batch, x, y)
    layers = [tuple(map(torch.from_numpy, layer)) for layer in start(widths)]

    def gradient(logits, at):
        if widths[-1] == 1:
            return logits.sigmoid_() - labels[at]
        delta = torch.softmax(logits, 1)
        delta[torch.arange(len(at)), labels[at]] -= 1
        return delta

    def step(at):
        outputs = [rows[at]]
        for kernel, bias in layers[:-1]:
            outputs.append(torch.addmm(bias, outputs[-1], kernel).relu_())
        kernel, bias = layers[-1]
        delta = gradient(torch.addmm(bias, outputs[-1], kernel), at)
        for (kernel, bias), below in zip(layers[::-1], outputs[::-1]):
            above = delta
            if below is not outputs[0]:
                delta = (above @ kernel.T).mul_(below > 0)
            kernel.addmm_(below.T, above, alpha=-RATE / batch)
            bias.sub_(above.sum(0), alpha=RATE / batch)

    yield "torch without autograd", lambda: [step(at) for at in batches()], batch * len(batches())


def jax_loss(binary, batch):
    import jax
    from jax import numpy as jnp

    def loss(layers, inputs, labels):
        *hidden, (kernel, bias) = layers
        for inner, shift in hidden:
            inputs = jax.nn.relu(inputs @ inner + shift)
        logits = inputs @ kernel + bias
        if binary:
            return jnp.mean(jax.nn.softplus(logits[:, 0]) - labels * logits[:, 0])
        return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(batch), labels])

    return loss


def with_jax(widths, batch, x, y):
    import jax
    from jax import numpy as jnp

    rows, labels = jnp.asarray(x), jnp.asarray(y)
    gradient = jax.grad(jax_loss(widths[-1] == 1, batch))

    def step(layers, at):
        return jax.tree.map(lambda w, g: w - RATE * g, layers, gradient(layers, rows[at], labels[at])), None

    @jax.jit
    def epoch(layers, key):
        order = jax.random.permutation(key, len(rows)).reshape(-1, batch)
        return jax.lax.scan(step, layers, order)[0]

    state = [jax.tree.map(jnp.asarray, list(start(widths))), jax.random.key(7)]

    def run():
        state[1], key = jax.random.split(state[1])
        state[0] = jax.block_until_ready(epoch(state[0], key))

    yield "jax", run, len(x)


def with_sklearn(widths, batch, x, y):
    from sklearn.linear_model import SGDClassifier
    from sklearn.neural_network import MLPClassifier

    classes = numpy.unique(y)
    plain = {"solver": "sgd", "momentum": 0, "alpha": 0, "learning_rate_init": RATE}
    network = MLPClassifier(widths[1:-1], batch_size=batch, **plain)
    models = {"sklearn MLP": network}
    if widths[-1] == 1:
        models["sklearn SGDClassifier"] = SGDClassifier(
            loss="log_loss", penalty=None, learning_rate="constant", eta0=RATE
        )
    for name, model in models.items():
        yield name, lambda: model.partial_fit(x, y, classes=classes), len(x)


def case_of(name):
    widths, batch = recipe(name)
    peers = (with_torch, without_autograd, with_jax, with_sklearn)
    return asked.importable(peers, widths, batch, *noise(widths))


# About as long as the calls of `fit` that they are read beside.
asked.answer(GIVEN, case_of, NAMES, stretch=0.25)
