"""A training step of the large preset in PyTorch, on all cores, to compare `cargo bench` with.

    pip install torch
    python benches/training_step.py
"""

import statistics
import time

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

SEGMENTS, STEPS, KEYS, ATTRIBUTES = 5, 127, 88, 78

time_layers = torch.nn.ModuleList([torch.nn.LSTM(ATTRIBUTES, 300), torch.nn.LSTM(300, 300)])
note_layers = torch.nn.ModuleList([torch.nn.LSTM(302, 100), torch.nn.LSTM(100, 50)])
dense = torch.nn.Linear(50, 2)
parameters = [p for module in (time_layers, note_layers, dense) for p in module.parameters()]
optimiser = torch.optim.Adadelta(parameters, lr=1.0, rho=0.95, eps=1e-6)

attributes = (torch.rand(STEPS, SEGMENTS * KEYS, ATTRIBUTES) < 0.06).float()
play = (torch.rand(KEYS, SEGMENTS * STEPS, 1) < 0.035).float()
chosen = torch.cat([play, play * (torch.rand_like(play) < 0.5)], 2)
below = torch.cat([torch.zeros_like(chosen[:1]), chosen[:-1]])

seconds = []
for _ in range(8):
    start = time.perf_counter()
    optimiser.zero_grad()
    hidden = attributes
    for layer in time_layers:
        hidden, _ = layer(hidden)
    hidden = hidden.view(STEPS, SEGMENTS, KEYS, 300).permute(2, 1, 0, 3)
    hidden = torch.cat([hidden.reshape(KEYS, SEGMENTS * STEPS, 300), below], 2)
    for layer in note_layers:
        hidden, _ = layer(hidden)
    losses = binary_cross_entropy_with_logits(dense(hidden), chosen, reduction="none")
    (losses[..., 0] + play[..., 0] * losses[..., 1]).sum().backward()
    optimiser.step()
    seconds.append(time.perf_counter() - start)
print(f"median {statistics.median(seconds[2:]):.2f} s, fastest {min(seconds):.2f} s")
