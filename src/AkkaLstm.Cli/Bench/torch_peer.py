"""Answers `akkalstm bench --peer torch`: one training step of PyTorch, timed on request.

A line on stdin asks for work, a line on stdout answers; both are JSON.
    {"cell": "lstm", "b": 16, "t": 50, "i": 64, "h": 128, "l": 1, "steps": 3}  ->  {"ms": 17.3}
The first line on stdout tells the versions and the speed of a matrix product: torch on an unoptimised BLAS is no fair peer.
The step is forward, loss and backward of nn.LSTM, nn.GRU or nn.RNN with a linear head of one output, squared error over all time steps: the same
work as the step it is compared with. No optimizer on either side.
"""

import json
import sys
import time

try:
    import torch
except ImportError:
    print(json.dumps({"error": "no torch"}), flush=True)
    sys.exit(0)

torch.set_num_threads(1)
try:
    torch.set_num_interop_threads(1)
except RuntimeError:
    pass


def product_gflops(n=512, repetitions=5):
    a, b = torch.randn(n, n), torch.randn(n, n)
    best = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter()
        torch.mm(a, b)
        best = min(best, time.perf_counter() - start)
    return 2 * n**3 / best * 1e-9


print(
    json.dumps({"torch": torch.__version__, "python": sys.version.split()[0], "productGflops": product_gflops()}),
    flush=True,
)

models = {}

LAYERS = {
    "lstm": torch.nn.LSTM,
    "lstm-projected": lambda i, h, l: torch.nn.LSTM(i, h, l, proj_size=h // 2),
    "gru": torch.nn.GRU,
    "rnn": torch.nn.RNN,
}


def model(cell, b, t, i, h, l):
    key = (cell, b, t, i, h, l)
    if key not in models:
        models.clear()
        torch.manual_seed(1)
        outputs = h // 2 if cell == "lstm-projected" else h
        models[key] = (LAYERS[cell](i, h, l), torch.nn.Linear(outputs, 1), torch.randn(t, b, i), torch.randn(t, b, 1))
    return models[key]


def step(layers, head, x, y):
    for parameter in (*layers.parameters(), *head.parameters()):
        parameter.grad = None
    output, _ = layers(x)
    loss = ((head(output) - y) ** 2).sum()
    loss.backward()


for line in sys.stdin:
    request = json.loads(line)
    parts = model(request["cell"], request["b"], request["t"], request["i"], request["h"], request["l"])
    start = time.perf_counter()
    for _ in range(request["steps"]):
        step(*parts)
    elapsed = time.perf_counter() - start
    print(json.dumps({"ms": 1000 * elapsed / request["steps"]}), flush=True)
