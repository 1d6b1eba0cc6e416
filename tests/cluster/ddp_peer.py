"""Training steps of a 2 x 650 LSTM in PyTorch, alone or under DistributedDataParallel over gloo, until it is killed.

    ddp_peer.py PROCESSES

The batch of 20 x 35 is split over the processes, each with one thread. Forward, loss, backward, SGD. Prints a line a step.
"""

import itertools
import os
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def run(rank, processes):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    if processes > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29517")
        dist.init_process_group("gloo", rank=rank, world_size=processes)
    model = torch.nn.ModuleList([torch.nn.Embedding(100, 650), torch.nn.LSTM(650, 650, 2), torch.nn.Linear(650, 100)])

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = model

        def forward(self, tokens):
            return self.parts[2](self.parts[1](self.parts[0](tokens))[0])

    net = Net()
    if processes > 1:
        net = torch.nn.parallel.DistributedDataParallel(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    tokens = torch.randint(100, (35, 20 // processes))
    targets = torch.randint(100, (35 * (20 // processes),))
    for step in itertools.count(1):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(tokens).reshape(-1, 100), targets)
        loss.backward()
        optimizer.step()
        if rank == 0:
            print(step, flush=True)


if __name__ == "__main__":
    count = int(sys.argv[1])
    if count == 1:
        run(0, 1)
    else:
        mp.spawn(run, args=(count,), nprocs=count)
