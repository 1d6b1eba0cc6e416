"""One training step of PyTorch's nn.LSTM, nn.GRU or nn.RNN, for comparison.

    /usr/bin/python3 make_fixture.py               writes the committed fixtures beside this file
    /usr/bin/python3 make_fixture.py IN OUT        runs the step described by the safetensors file IN, writes results to OUT

A step file holds the model's parameters under their layout names (embedding.weight, lstm.* or gru.* or rnn.*, attention.*, head.*), "input" as (T, B)
tokens or (T, B, I) values, "target" as (T, B) classes (-1 = ignored) or (T, B, O) values with "mask" (T, B), "h0" and, for an LSTM, "c0" as
(L, B, H), "relu" where an RNN has that instead of tanh, and "quantiles" (Q)
where the loss is theirs: output o is for quantile o mod Q. Names that end in _reverse make the layers bidirectional, weight_hr makes
them projected. All tensors are F32. The results are "loss" (the sum over counted elements, in double, rounded), "outputs", "hn", "cn" and
"grad.<name>". The backward direction starts from zero whatever "h0" and "c0" say, because the future of a window is not known.
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


def module_of(step):
    return next(name for name in ("lstm", "gru", "rnn") if name + ".weight_ih_l0" in step)


def is_bidirectional(step):
    return module_of(step) + ".weight_ih_l0_reverse" in step


class Model(torch.nn.Module):
    def __init__(self, step):
        super().__init__()
        name = module_of(step)
        bidirectional = is_bidirectional(step)
        layers = step["h0"].shape[0] // (2 if bidirectional else 1)
        gates = {"lstm": 4, "gru": 3, "rnn": 1}[name]
        hidden = step[name + ".weight_ih_l0"].shape[0] // gates
        options = {"bidirectional": bidirectional}
        if name + ".weight_hr_l0" in step:
            options["proj_size"] = step["h0"].shape[2]
        if "relu" in step:
            options["nonlinearity"] = "relu"
        if "embedding.weight" in step:
            self.embedding = torch.nn.Embedding(*step["embedding.weight"].shape)
        kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[name]
        setattr(self, name, kind(step[name + ".weight_ih_l0"].shape[1], hidden, layers, **options))
        self.recurrent = [getattr(self, name)]  # in a list, so that it is no second submodule
        if "attention.key.weight" in step:
            self.attention = Attention(*step["attention.key.weight"].shape)
        self.head = torch.nn.Linear(step["head.weight"].shape[1], step["head.weight"].shape[0])
        self.load_state_dict({name: step[name] for name in self.state_dict()})


class Attention(torch.nn.Module):
    """Bahdanau, Cho and Bengio 2014; the outputs up to a step are what the step may look at."""

    def __init__(self, size, inputs):
        super().__init__()
        self.query = torch.nn.Linear(inputs, size)
        self.key = torch.nn.Linear(inputs, size, bias=False)
        self.score = torch.nn.Linear(size, 1, bias=False)

    def forward(self, h):
        scores = self.score(torch.tanh(self.query(h).unsqueeze(1) + self.key(h).unsqueeze(0))).squeeze(-1)  # (t, s, b)
        later = torch.ones(len(h), len(h), dtype=torch.bool).triu(1).unsqueeze(-1)
        weights = torch.softmax(scores.masked_fill(later, float("-inf")), dim=1)
        return torch.cat([h, torch.einsum("tsb,sbd->tbd", weights, h)], dim=-1)


def run(step):
    model = Model(step)
    x = step["input"]
    if "embedding.weight" in step:
        x = model.embedding(x.long())
    state = {}
    if is_bidirectional(step):
        step["h0"][1::2] = 0
        step["c0"][1::2] = 0
    if "c0" in step:
        h, (state["hn"], state["cn"]) = model.recurrent[0](x, (step["h0"], step["c0"]))
    else:
        h, state["hn"] = model.recurrent[0](x, step["h0"])
    if "attention.key.weight" in step:
        h = model.attention(h)
    outputs = model.head(h)
    if "quantiles" in step:
        q = step["quantiles"].repeat(outputs.shape[-1] // len(step["quantiles"]))
        error = step["target"] - outputs
        loss = (torch.maximum(q * error, (q - 1) * error) * step["mask"].unsqueeze(-1)).sum()
    elif "mask" in step:
        loss = (((outputs - step["target"]) ** 2) * step["mask"].unsqueeze(-1)).sum()
    else:
        classes = step["target"].long().reshape(-1)
        loss = torch.nn.functional.cross_entropy(outputs.reshape(len(classes), -1), classes, ignore_index=-1, reduction="sum")
    loss.backward()
    results = {"loss": loss.reshape(1), "outputs": outputs, **state}
    results.update({"grad." + name: parameter.grad for name, parameter in model.named_parameters()})
    return results


def random_step(layers, tokens, kind="lstm", projection=0, bidirectional=False, attention=False, quantiles=None):
    time_steps, lanes, vocabulary, inputs, hidden, outputs = 5, 4, 7, 3, 5, 2 * len(quantiles or [1])
    torch.manual_seed(100 + layers + 10 * tokens)
    step = {}
    if tokens:
        step["embedding.weight"] = torch.randn(vocabulary, inputs)
        outputs = vocabulary
    name = kind.split("-")[0]
    rows = {"lstm": 4, "gru": 3, "rnn": 1}[name] * hidden
    size = projection or hidden
    directions = 2 if bidirectional else 1
    for layer in range(layers):
        for suffix in ("", "_reverse")[:directions]:
            step[f"{name}.weight_ih_l{layer}{suffix}"] = torch.randn(rows, inputs if layer == 0 else directions * size) * 0.5
            step[f"{name}.weight_hh_l{layer}{suffix}"] = torch.randn(rows, size) * 0.5
            step[f"{name}.bias_ih_l{layer}{suffix}"] = torch.randn(rows) * 0.5
            step[f"{name}.bias_hh_l{layer}{suffix}"] = torch.randn(rows) * 0.5
            if projection:
                step[f"{name}.weight_hr_l{layer}{suffix}"] = torch.randn(projection, hidden) * 0.5
    width = directions * size
    if attention:
        step["attention.query.weight"] = torch.randn(hidden, width) * 0.5
        step["attention.query.bias"] = torch.randn(hidden) * 0.5
        step["attention.key.weight"] = torch.randn(hidden, width) * 0.5
        step["attention.score.weight"] = torch.randn(1, hidden)
        width *= 2
    step["head.weight"] = torch.randn(outputs, width)
    step["head.bias"] = torch.randn(outputs)
    if tokens:
        step["input"] = torch.randint(vocabulary, (time_steps, lanes)).float()
        step["target"] = torch.randint(-1, vocabulary, (time_steps, lanes)).float()
    else:
        step["input"] = torch.randn(time_steps, lanes, inputs)
        step["target"] = torch.randn(time_steps, lanes, outputs)
        step["mask"] = (torch.rand(time_steps, lanes) < 0.75).float()
    step["h0"] = torch.randn(layers * directions, lanes, size) * 0.5
    if name == "lstm":
        step["c0"] = torch.randn(layers * directions, lanes, hidden)
    if kind == "rnn-relu":
        step["relu"] = torch.ones(1)
    if quantiles:
        step["quantiles"] = torch.tensor(quantiles)
    return step


def write_fixture(name, **options):
    step = random_step(**options)
    write(os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".safetensors"), {**step, **run(step)})


def main():
    torch.set_num_threads(1)
    if len(sys.argv) == 3:
        write(sys.argv[2], run(read(sys.argv[1])))
        return
    for layers in (1, 2):
        for tokens in (False, True):
            write_fixture(f"{'tokens' if tokens else 'values'}-{layers}", layers=layers, tokens=tokens)
    for kind in ("gru", "rnn", "rnn-relu"):
        for layers in (1, 2):
            write_fixture(f"{kind}-{layers}", layers=layers, tokens=layers == 2, kind=kind)
    write_fixture("lstm-3", layers=3, tokens=True)
    write_fixture("lstm-projected-1", layers=1, tokens=False, projection=3)
    write_fixture("lstm-projected-2", layers=2, tokens=True, projection=2)
    write_fixture("lstm-both-1", layers=1, tokens=True, bidirectional=True)
    write_fixture("lstm-both-2", layers=2, tokens=False, bidirectional=True)
    write_fixture("lstm-both-projected-2", layers=2, tokens=True, projection=3, bidirectional=True)
    write_fixture("lstm-quantile-1", layers=1, tokens=False, quantiles=[0.1, 0.5, 0.9])
    write_fixture("lstm-attention-1", layers=1, tokens=False, attention=True)
    write_fixture("gru-attention-2", layers=2, tokens=True, kind="gru", attention=True)
    write_fixture("lstm-both-attention-2", layers=2, tokens=True, bidirectional=True, attention=True)


main()
