"""Opens files that symbreak wrote with the libraries of Python that people use, and prints what they saw as JSON.

    python check.py types.safetensors model.safetensors model.safetensors.index.json keras.safetensors

A library that is not installed is left out of the answer; a library that can't read a file fails the run.
"""

import hashlib
import importlib
import json
import pathlib
import sys


def have(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def digest(data):
    return hashlib.sha256(data).hexdigest()


def with_numpy(path):
    """safetensors' own reader; BF16 has no NumPy type."""
    from safetensors import safe_open

    seen = {}
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        for name in file.keys():
            part = file.get_slice(name)
            if part.get_dtype() != "BF16":
                array = file.get_tensor(name)
                seen[name] = [part.get_dtype(), list(array.shape), digest(array.tobytes())]
    return {"tensors": seen, "format": metadata["format"], "seed": metadata["seed"]}


def with_torch(types, model, index, torch):
    from safetensors.torch import load_file

    tensors = load_file(types)
    # A scalar can't be viewed as bytes.
    raw = {name: digest(value.view(torch.uint8).numpy().tobytes()) for name, value in tensors.items() if value.dim()}
    layer = torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.ReLU(), torch.nn.Linear(30, 5))
    layer.load_state_dict(load_file(model), strict=True)
    output = layer(torch.ones(1, 20)).sum().item()
    folder = pathlib.Path(index).parent
    parts = json.loads(pathlib.Path(index).read_text())["weight_map"]
    sharded = {name: load_file(folder / file)[name] for name, file in parts.items()}
    same = all(torch.equal(value, sharded[name]) for name, value in load_file(model).items())
    return {"tensors": raw, "output": output, "sharded": same and len(sharded) == 4}


def with_keras(path, keras):
    from safetensors.numpy import load_file

    dense = keras.layers.Dense(30, activation="relu", name="dense")
    model = keras.Sequential([keras.Input((20,)), dense, keras.layers.Dense(5, name="head")])
    values = load_file(path)
    for variable in model.variables:
        variable.assign(values[variable.path.removeprefix("sequential/")])
    output = keras.ops.convert_to_numpy(model(keras.ops.ones((1, 20)))).sum()
    return {"output": float(output), "variables": len(model.variables)}


def main():
    types, model, index, keras_file = sys.argv[1:]
    safetensors, torch, keras = have("safetensors"), have("torch"), have("keras")
    answer = {"versions": {m.__name__: m.__version__ for m in (safetensors, torch, keras) if m}}
    if safetensors and have("numpy"):
        answer["safetensors"] = with_numpy(types)
        if torch:
            answer["torch"] = with_torch(types, model, index, torch)
        if keras:
            answer["keras"] = with_keras(keras_file, keras)
    print(json.dumps(answer))


main()
