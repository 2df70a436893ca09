"""Moments of what the frameworks themselves put into a fresh model's tensors: writes moments.json beside this file.

    pip install torch torchvision transformers keras jax flax
    KERAS_BACKEND=torch python make.py
"""

import json
import os
import pathlib
from importlib.metadata import version

os.environ.setdefault("KERAS_BACKEND", "torch")

import flax.linen as linen
import jax
import keras
import numpy as np
import torch
import torchvision
import transformers
from torch import nn


def row(name, values, kind=None):
    """One tensor: mean, standard deviation, extremes, and kurtosis where the values differ."""
    x = np.asarray(values, dtype=np.float64).ravel()
    stddev = x.std()
    line = {"name": name, "shape": list(np.shape(values)), **({"kind": kind} if kind else {})}
    line.update(mean=x.mean(), stddev=stddev, min=x.min(), max=x.max())
    if stddev > 0:
        line["kurtosis"] = ((x - x.mean()) ** 4).mean() / stddev**4
    return line


def of_torch(module):
    """Parameters and running statistics, each with the class of the module that owns it; tied ones once."""
    rows, seen = [], set()
    for prefix, owner in module.named_modules():
        own = list(owner.named_parameters(recurse=False)) + list(owner.named_buffers(recurse=False))
        for leaf, tensor in own:
            if not tensor.is_floating_point() or id(tensor) in seen or "inv_freq" in leaf:
                continue
            seen.add(id(tensor))
            kind = type(owner).__name__
            rows.append(row(f"{prefix}.{leaf}" if prefix else leaf, tensor.detach().numpy(), kind))
    return rows


def torch_layers():
    return nn.ModuleDict(
        {
            "linear": nn.Linear(300, 200),
            "bilinear": nn.Bilinear(20, 30, 40),
            "conv1": nn.Conv1d(16, 40, 5),
            "conv2": nn.Conv2d(32, 48, 3, groups=4),
            "conv3": nn.Conv3d(4, 16, 3),
            "transposed": nn.ConvTranspose2d(24, 32, 3),
            "embedding": nn.Embedding(500, 60),
            "bag": nn.EmbeddingBag(400, 50),
            "rnn": nn.RNN(40, 60),
            "lstm": nn.LSTM(50, 70, num_layers=2, bidirectional=True),
            "projected": nn.LSTM(50, 70, proj_size=30),
            "gru": nn.GRU(30, 80),
            "attention": nn.MultiheadAttention(96, 8),
            "cross": nn.MultiheadAttention(96, 8, kdim=40, vdim=50),
            "layer_norm": nn.LayerNorm(30),
            "batch_norm": nn.BatchNorm2d(30),
            "group_norm": nn.GroupNorm(3, 30),
            "prelu": nn.PReLU(8),
            "encoder": nn.TransformerEncoderLayer(64, 4, 128),
        }
    )


def keras_layers():
    layers = keras.layers
    builds = [
        (layers.Dense(200, name="dense"), (None, 300)),
        (layers.EinsumDense("abc,cd->abd", (None, 60), bias_axes="d", name="einsum"), (None, 5, 80)),
        (layers.Conv1D(40, 5, name="conv1"), (None, 20, 16)),
        (layers.Conv2D(48, 3, name="conv2"), (None, 20, 20, 32)),
        (layers.DepthwiseConv2D(5, depth_multiplier=2, name="depthwise"), (None, 20, 20, 40)),
        (layers.SeparableConv2D(48, 5, name="separable"), (None, 20, 20, 32)),
        (layers.Conv2DTranspose(48, 3, name="transposed"), (None, 20, 20, 24)),
        (layers.Embedding(500, 60, name="embedding"), (None, 10)),
        (layers.SimpleRNN(60, name="simple_rnn"), (None, 10, 40)),
        (layers.LSTM(70, name="lstm"), (None, 10, 50)),
        (layers.GRU(80, name="gru"), (None, 10, 30)),
        (layers.BatchNormalization(name="batch_norm"), (None, 30)),
        (layers.LayerNormalization(name="layer_norm"), (None, 30)),
        (layers.GroupNormalization(groups=3, name="group_norm"), (None, 30)),
        (layers.PReLU(name="prelu"), (None, 30)),
    ]
    rows = []
    for layer, shape in builds:
        layer.build(shape)
        variables = [v for v in layer.weights if "seed_generator" not in v.path]
        rows += [row(v.path, keras.ops.convert_to_numpy(v), type(layer).__name__) for v in variables]
    attention = layers.MultiHeadAttention(4, 24, name="attention")
    attention.build((None, 10, 96), (None, 10, 96))
    variables = [v for v in attention.weights if "seed_generator" not in v.path]
    return rows + [row(v.path, keras.ops.convert_to_numpy(v), "EinsumDense") for v in variables]


def flax_layers():
    key = jax.random.key(0)
    ones = jax.numpy.ones
    builds = [
        ("Dense_0", linen.Dense(200), [ones((2, 300))]),
        ("Conv_0", linen.Conv(48, (3, 3)), [ones((2, 8, 8, 32))]),
        ("ConvTranspose_0", linen.ConvTranspose(48, (3, 3)), [ones((2, 8, 8, 24))]),
        ("Embed_0", linen.Embed(500, 60), [ones((2, 3), dtype="int32")]),
        ("LayerNorm_0", linen.LayerNorm(), [ones((2, 30))]),
        ("BatchNorm_0", linen.BatchNorm(use_running_average=True), [ones((2, 30))]),
        ("MultiHeadDotProductAttention_0", linen.MultiHeadDotProductAttention(8), [ones((2, 5, 96))] * 2),
        ("LSTMCell_0", linen.OptimizedLSTMCell(64), [(ones((2, 64)), ones((2, 64))), ones((2, 40))]),
        ("GRUCell_0", linen.GRUCell(64), [ones((2, 64)), ones((2, 40))]),
    ]
    rows = []
    for i, (name, module, arguments) in enumerate(builds):
        variables = module.init(jax.random.fold_in(key, i), *arguments)
        for path, leaf in jax.tree_util.tree_flatten_with_path(dict(variables))[0]:
            parts = [str(p.key) for p in path][1:]
            rows.append(row("/".join([name, *parts]), np.asarray(leaf)))
    return rows


def main():
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    vision = torchvision.models
    small = {"vocab_size": 5000, "hidden_size": 256, "num_hidden_layers": 2, "intermediate_size": 700}
    vit = {"image_size": 64, "patch_size": 8, "num_layers": 2, "num_heads": 4, "hidden_dim": 256, "mlp_dim": 600}
    llama = transformers.LlamaConfig(**small, num_attention_heads=4, num_key_value_heads=2)
    models = {
        "torch": of_torch(torch_layers()),
        "keras": keras_layers(),
        "flax": flax_layers(),
        "resnet": of_torch(vision.resnet18()),
        "vit": of_torch(vision.VisionTransformer(**vit)),
        "gpt2": of_torch(transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=5000, n_embd=256, n_layer=3, n_head=4))),
        "bert": of_torch(transformers.BertModel(transformers.BertConfig(**small, num_attention_heads=4))),
        "llama": of_torch(transformers.LlamaForCausalLM(llama)),
    }
    packages = ["torch", "torchvision", "transformers", "keras", "jax", "flax"]
    text = json.dumps({"made_with": {name: version(name) for name in packages}, "models": models})
    # One tensor a line.
    text = text.replace('{"name"', '\n{"name"')
    pathlib.Path(__file__).with_name("moments.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
