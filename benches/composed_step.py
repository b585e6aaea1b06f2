"""One composed step of the large preset in PyTorch, on one thread, to compare `cargo bench` with.

    pip install torch
    python benches/composed_step.py
"""

import statistics
import time

import torch

torch.set_num_threads(1)
time_layers = [torch.nn.LSTM(78, 300), torch.nn.LSTM(300, 300)]
note_layers = [torch.nn.LSTMCell(302, 100), torch.nn.LSTMCell(100, 50)]
dense = torch.nn.Linear(50, 2)
attributes = (torch.rand(1, 88, 78) < 0.06).float()

memory = [None, None]
milliseconds = []
with torch.inference_mode():
    for _ in range(60):
        start = time.perf_counter()
        features = attributes
        for index, layer in enumerate(time_layers):
            features, memory[index] = layer(features, memory[index])
        states = [None, None]
        below = torch.zeros(1, 2)
        for key in range(88):
            hidden = torch.cat([features[0, key : key + 1], below], 1)
            for index, layer in enumerate(note_layers):
                states[index] = layer(hidden, states[index])
                hidden = states[index][0]
            below = (torch.sigmoid(dense(hidden)) > torch.rand(1, 2)).float()
        milliseconds.append(1e3 * (time.perf_counter() - start))
print(f"fastest {min(milliseconds):.2f} ms, median {statistics.median(milliseconds):.2f} ms")
