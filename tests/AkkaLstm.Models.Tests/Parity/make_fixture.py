"""One training step of PyTorch's nn.LSTM, for comparison.

    /usr/bin/python3 make_fixture.py               writes the committed fixtures beside this file
    /usr/bin/python3 make_fixture.py IN OUT        runs the step described by the safetensors file IN, writes results to OUT

A step file holds the model's parameters under their layout names (embedding.weight, lstm.*, head.*), "input" as (T, B) tokens or
(T, B, I) values, "target" as (T, B) classes (-1 = ignored) or (T, B, O) values with "mask" (T, B), and "h0", "c0" as (L, B, H). All
tensors are F32. The results are "loss" (the sum over counted elements, in double, rounded), "outputs", "hn", "cn" and "grad.<name>".
"""

import json
import os
import struct
import sys

import numpy
import torch


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, info in header.items():
        start, end = info["data_offsets"]
        values = numpy.frombuffer(data[start:end], dtype="<f4").reshape(info["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def write(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.detach().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % 64)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


class Model(torch.nn.Module):
    def __init__(self, step):
        super().__init__()
        layers, _, hidden = step["h0"].shape
        if "embedding.weight" in step:
            self.embedding = torch.nn.Embedding(*step["embedding.weight"].shape)
        self.lstm = torch.nn.LSTM(step["lstm.weight_ih_l0"].shape[1], hidden, layers)
        self.head = torch.nn.Linear(hidden, step["head.weight"].shape[0])
        self.load_state_dict({name: step[name] for name in self.state_dict()})


def run(step):
    model = Model(step)
    x = step["input"]
    if "embedding.weight" in step:
        x = model.embedding(x.long())
    h, (hn, cn) = model.lstm(x, (step["h0"], step["c0"]))
    outputs = model.head(h)
    if "mask" in step:
        loss = (((outputs - step["target"]) ** 2) * step["mask"].unsqueeze(-1)).sum()
    else:
        classes = step["target"].long().reshape(-1)
        loss = torch.nn.functional.cross_entropy(outputs.reshape(len(classes), -1), classes, ignore_index=-1, reduction="sum")
    loss.backward()
    results = {"loss": loss.reshape(1), "outputs": outputs, "hn": hn, "cn": cn}
    results.update({"grad." + name: parameter.grad for name, parameter in model.named_parameters()})
    return results


def random_step(layers, tokens, time_steps=5, lanes=4, vocabulary=7, inputs=3, hidden=5, outputs=2):
    torch.manual_seed(100 + layers + 10 * tokens)
    step = {}
    if tokens:
        step["embedding.weight"] = torch.randn(vocabulary, inputs)
        outputs = vocabulary
    for layer in range(layers):
        step[f"lstm.weight_ih_l{layer}"] = torch.randn(4 * hidden, inputs if layer == 0 else hidden) * 0.5
        step[f"lstm.weight_hh_l{layer}"] = torch.randn(4 * hidden, hidden) * 0.5
        step[f"lstm.bias_ih_l{layer}"] = torch.randn(4 * hidden) * 0.5
        step[f"lstm.bias_hh_l{layer}"] = torch.randn(4 * hidden) * 0.5
    step["head.weight"] = torch.randn(outputs, hidden)
    step["head.bias"] = torch.randn(outputs)
    if tokens:
        step["input"] = torch.randint(vocabulary, (time_steps, lanes)).float()
        step["target"] = torch.randint(-1, vocabulary, (time_steps, lanes)).float()
    else:
        step["input"] = torch.randn(time_steps, lanes, inputs)
        step["target"] = torch.randn(time_steps, lanes, outputs)
        step["mask"] = (torch.rand(time_steps, lanes) < 0.75).float()
    step["h0"] = torch.randn(layers, lanes, hidden) * 0.5
    step["c0"] = torch.randn(layers, lanes, hidden)
    return step


def main():
    torch.set_num_threads(1)
    if len(sys.argv) == 3:
        write(sys.argv[2], run(read(sys.argv[1])))
        return
    for layers in (1, 2):
        for tokens in (False, True):
            step = random_step(layers, tokens)
            name = f"{'tokens' if tokens else 'values'}-{layers}.safetensors"
            write(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), {**step, **run(step)})


main()
