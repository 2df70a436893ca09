"""As make.py, of layers, names and families that it lacks, and without classes, as a checkpoint has them: writes
variants.json. Beside the moments it tells which matrices are orthogonal, which rows are zero, and short vectors of whole
numbers.

    KERAS_BACKEND=jax python variants.py
"""

import json
import pathlib
from importlib.metadata import version

from make import of_torch, row

import flax.linen as linen
import jax
import keras
import numpy as np
import torch
import torchvision
import transformers
from flax import nnx
from torch import nn
from torchvision.models.vision_transformer import ConvStemConfig


def told(name, values):
    x = np.asarray(values, dtype=np.float64)
    line = row(name, x)
    if "kurtosis" not in line:
        return line
    line = {key: float(f"{v:.6g}") if isinstance(v, float) else v for key, v in line.items()}
    if x.ndim == 1 and x.size <= 32 and np.all(x == np.round(x)):
        line["values"] = x.tolist()
    if x.ndim > 1:
        matrix = x.reshape(-1, x.shape[-1])
        matrix = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
        if np.allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-4):
            line["orthogonal"] = True
    zero = [i for i, r in enumerate(x) if x.ndim == 2 and not r.any()]
    return {**line, "zero_rows": zero} if zero else line


def bare(module):
    tensors = module.state_dict()
    return [told(line["name"], tensors[line["name"]].numpy()) for line in of_torch(module)]


def torch_layers():
    return {
        "bilinear": nn.Bilinear(20, 30, 40),
        "transposed": nn.ConvTranspose2d(24, 32, 3, groups=2),
        "tok_emb": nn.Embedding(300, 20),
        "embedding_bag": nn.EmbeddingBag(300, 20),
        "time_embedding": nn.Linear(60, 50),
        "projected": nn.LSTM(50, 70, proj_size=30, bidirectional=True),
        "rnn_cell": nn.RNNCell(40, 60),
        "lstm_cell": nn.LSTMCell(40, 60),
        "gru_cell": nn.GRUCell(40, 60, bias=False),
        "attention": nn.MultiheadAttention(96, 8, add_bias_kv=True),
        "cross": nn.MultiheadAttention(96, 8, kdim=40, vdim=50, bias=False),
        "layers": nn.Sequential(nn.LayerNorm([20, 10]), nn.PReLU(), nn.Linear(30, 20)),
        "norm1": nn.LayerNorm([6, 5], bias=False),
        "rms_norm": nn.RMSNorm([5, 4, 2]),
        "ln_f": nn.RMSNorm([5, 4]),
        "instance": nn.InstanceNorm2d(30, affine=True, track_running_stats=True),
        "prelu": nn.PReLU(8),
        "alone": nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 60, batch_first=True), 1),
        "both": nn.Transformer(32, 4, 1, 1, 60, batch_first=True),
    }


def keras_layers():
    layers = keras.layers
    for layer, shape in [
        (layers.EinsumDense("abc,cde->abde", (None, 6, 20), bias_axes="de", name="split"), (5, 80)),
        (layers.EinsumDense("abde,dec->abc", (None, 60), bias_axes="c", name="einsum_dense"), (5, 8, 20)),
        (layers.DepthwiseConv1D(5, depth_multiplier=2, name="depthwise_conv1d"), (20, 40)),
        (layers.SeparableConv1D(48, 5, name="separable_conv1d"), (20, 32)),
        (layers.Conv1DTranspose(48, 3, name="conv1d_transpose"), (20, 24)),
        (layers.Bidirectional(layers.LSTM(6), name="bidirectional"), (10, 20)),
        (layers.GRU(20, reset_after=False, name="gru"), (10, 30)),
        (layers.ConvLSTM1D(6, 3, name="conv_lstm1d"), (5, 12, 8)),
        (layers.ConvLSTM2D(6, 3, name="conv_lstm2d"), (5, 12, 12, 8)),
        (layers.LayerNormalization(axis=[-2, -1], name="layer_norm"), (5, 30)),
        (layers.RMSNormalization(name="rms"), (30,)),
        (layers.Normalization(name="normalization"), (30,)),
        (layers.SpectralNormalization(layers.Dense(200), name="spectral"), (50,)),
        (layers.Dense(50, lora_rank=8, name="dense_lora"), (60,)),
        (layers.Embedding(300, 20, lora_rank=8, name="embedding_lora"), (5,)),
    ]:
        layer.build((None, *shape))
        yield layer
    x = keras.ops.ones((2, 5, 96))
    for layer, arguments in [
        (layers.GroupQueryAttention(12, 8, 4, use_bias=False, name="grouped"), [x, x]),
        (layers.AdditiveAttention(name="additive_attention"), [[x, x]]),
        (layers.Attention(use_scale=True, score_mode="concat", name="attention"), [[x, x]]),
        (layers.ReversibleEmbedding(300, 20, tie_weights=False, name="reversible"), [keras.ops.ones((2, 5))]),
    ]:
        layer(*arguments)
        yield layer


def of_keras():
    variables = [v for layer in keras_layers() for v in layer.weights if "float" in v.dtype]
    return [told(v.path, keras.ops.convert_to_numpy(v)) for v in variables]


def of_linen():
    x, h, picture = (jax.numpy.ones(shape) for shape in [(2, 40), (2, 64), (2, 8, 8, 24)])
    rows = []
    for i, (module, *arguments) in enumerate(
        [
            (linen.DenseGeneral((6, 20)), x),
            (linen.DenseGeneral((5, 8), axis=(-2, -1)), picture),
            (linen.Einsum((40, 6, 20), "ac,cde->ade"), x),
            (linen.ConvLocal(16, (3, 3)), picture),
            (linen.ConvTranspose(48, (3, 3), transpose_kernel=True), picture),
            (linen.LayerNorm(reduction_axes=(-2, -1), feature_axes=(-2, -1)), picture),
            (linen.MultiHeadDotProductAttention(8, use_bias=False, normalize_qk=True), picture[0], picture[0]),
            (linen.LSTMCell(64), (h, h), x),
            (linen.GRUCell(64), h, x),
            (linen.MGUCell(64), h, x),
            (linen.SimpleCell(64), h, x),
            (linen.ConvLSTMCell(24, (3, 3)), (picture, picture), picture),
            (linen.PReLU(), x),
            (linen.WeightNorm(linen.Dense(50)), x),
        ]
    ):
        variables = module.init(jax.random.fold_in(jax.random.key(0), i), *arguments)
        for path, leaf in jax.tree_util.tree_flatten_with_path(dict(variables))[0]:
            rows.append(told("/".join([f"{type(module).__name__}_{i}", *[p.key for p in path[1:]]]), leaf))
    return rows


def of_nnx():
    rngs = nnx.Rngs(0)
    modules = {
        "general": nnx.LinearGeneral(40, (6, 20), rngs=rngs),
        "conv": nnx.Conv(16, 24, (3, 3), rngs=rngs),
        "embed": nnx.Embed(300, 20, rngs=rngs),
        "lstm": nnx.OptimizedLSTMCell(40, 48, rngs=rngs),
        "gru": nnx.GRUCell(40, 48, rngs=rngs),
        "simple": nnx.SimpleCell(40, 48, rngs=rngs),
        "attention": nnx.MultiHeadAttention(8, 40, 64, rngs=rngs, decode=False),
        "batch_norm": nnx.BatchNorm(30, rngs=rngs),
        "prelu": nnx.PReLU(),
        "lora": nnx.LoRALinear(60, 70, lora_rank=8, rngs=rngs),
    }
    leaves = [(name, *leaf) for name, module in modules.items() for leaf in nnx.to_flat_state(nnx.state(module))]
    return [told("/".join([name, *path]), value[...]) for name, path, value in leaves]


def families():
    t = transformers
    small = {"vocab_size": 500, "hidden_size": 64, "num_hidden_layers": 1, "intermediate_size": 96}
    heads = {**small, "num_attention_heads": 4}
    grouped = {**heads, "num_key_value_heads": 2, "bos_token_id": 0, "eos_token_id": 0}
    distilled = {"vocab_size": 500, "dim": 64, "n_layers": 1, "n_heads": 4, "hidden_dim": 96}
    gpt2 = {"vocab_size": 500, "n_embd": 64, "n_layer": 1, "n_head": 4, "n_positions": 32}
    return {
        "bert roberta": t.RobertaForMaskedLM(t.RobertaConfig(**heads)),
        "bert distilbert": t.DistilBertForMaskedLM(t.DistilBertConfig(**distilled)),
        "llama mistral": t.MistralForCausalLM(t.MistralConfig(**grouped)),
        "llama qwen2": t.Qwen2ForCausalLM(t.Qwen2Config(**grouped)),
        "llama qwen3": t.Qwen3ForCausalLM(t.Qwen3Config(**grouped, head_dim=16)),
        "llama mixtral": t.MixtralForCausalLM(t.MixtralConfig(**grouped, num_local_experts=2)),
        "gpt2 cross": t.GPT2LMHeadModel(t.GPT2Config(**gpt2, add_cross_attention=True)),
    }


def main():
    torch.manual_seed(0)
    keras.utils.set_random_seed(0)
    vit = {"image_size": 32, "patch_size": 8, "num_layers": 1, "num_heads": 4, "hidden_dim": 64, "mlp_dim": 96}
    stem = [ConvStemConfig(16, 3, 2), ConvStemConfig(24, 3, 2)]
    models = {
        "torch layers": bare(nn.ModuleDict(torch_layers())),
        "torch transformer": bare(nn.Transformer(32, 4, 1, 1, 60, batch_first=True)),
        "keras layers": of_keras(),
        "flax linen": of_linen(),
        "flax nnx": of_nnx(),
        "vit stem": bare(
            torchvision.models.VisionTransformer(**vit, num_classes=30, representation_size=80, conv_stem_configs=stem)
        ),
        **{name: bare(model) for name, model in families().items()},
    }
    packages = ["torch", "torchvision", "transformers", "keras", "jax", "flax"]
    text = json.dumps({"made_with": {name: version(name) for name in packages}, "models": models})
    # One tensor a line.
    text = text.replace('{"name"', '\n{"name"')
    pathlib.Path(__file__).with_name("variants.json").write_text(text + "\n")


main()
