"""Computes small networks with PyTorch, for tests/learning/network/golden.rs to compare with.

    pip install torch numpy safetensors
    python tests/learning/network/golden.py

writes golden.safetensors beside this script. All of it is written without a look at the Rust
program, from the article: the attributes, the network (torch.nn.LSTM, in double precision), the
loss, and training with PyTorch's own optimisers. Run it again only if a case is added; the numbers
may differ in their last digits from one version of PyTorch to the next.

For each case the file has, under `<case>.`:

    music.<n>.play, .articulate   u8 [steps, 88]: pieces
    music.<n>.metres              i64 [changes, 3]: step, numerator, denominator
    segments                      i64 [segments, 3]: piece, first step, steps
    units.time, .note, .dense     i64: the shape
    initial.<tensor>              f32, as the program lays its tensors out
    gradient.<tensor>             f64, of the summed loss
    loss                          f64 [2]: play, articulate, summed
    <rule>.losses                 f64 [11]: before training and after each of ten steps
    <rule>.final.<tensor>         f64: where the parameters are then (adadelta, adam)
"""

import pathlib

import numpy
import safetensors.numpy
import torch

KEYS = 88
A0 = 21  # MIDI pitch of key 0

# How long the parts are in which a measure is counted, in 16ths.
PARTS = {(4, 4): [16], (3, 4): [12], (12, 8): [12, 12], (5, 4): [12, 8], (6, 8): [12]}


def compose(random, steps, changes):
    """A piece: which keys sound and which are struck, step by step, and its metres."""
    play = numpy.zeros((steps, KEYS), dtype=numpy.uint8)
    articulate = numpy.zeros_like(play)
    remaining = {}
    for step in range(steps):
        remaining = {key: left - 1 for key, left in remaining.items() if left > 1}
        # Now and then a chord anywhere, the ends of the keyboard included.
        for _ in range(random.integers(0, 4)):
            key = int(random.choice([random.integers(0, KEYS), 0, 87, random.integers(35, 60)]))
            remaining[key] = int(random.integers(1, 6))
            articulate[step, key] = 1  # whether it sounded before or not
        play[step, list(remaining)] = 1
    return play, articulate, numpy.array(changes)


def beat(metres, step):
    """The place of a step within its part of the measure."""
    start, numerator, denominator = [c for c in metres.tolist() if c[0] <= step][-1]
    parts = PARTS[numerator, denominator]
    place = (step - start) % sum(parts)
    while place >= parts[0]:
        place, parts = place - parts[0], parts[1:]
    return place


def attributes(music, step):
    """What is known of the 88 keys before a step: [88, 78]."""
    play, articulate, metres = music
    rows = numpy.zeros((KEYS, 78))
    for key in range(KEYS):
        row = []
        # In single precision, as the program has it; everything else is 0 or 1.
        row.append(float(numpy.float32((key + 1) / 88)))
        names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
        row += [float(name == names[(A0 + key) % 12]) for name in names]
        for other in range(key - 12, key + 13):
            sounds = step > 0 and 0 <= other < KEYS
            row.append(float(play[step - 1, other]) if sounds else 0.0)
            row.append(float(articulate[step - 1, other]) if sounds else 0.0)
        row += [float(beat(metres, step) == place) for place in range(1, 16)]
        rows[key] = row
    return rows


class Biaxial(torch.nn.Module):
    def __init__(self, time, note, dense):
        super().__init__()
        self.time = self.stack([78] + time)
        self.note = self.stack([time[-1] + 2] + note)
        widths = [note[-1]] + dense + [2]
        self.dense = torch.nn.ModuleList(
            torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])
        )
        self.double()

    @staticmethod
    def stack(widths):
        layers = torch.nn.ModuleList(
            torch.nn.LSTM(a, b, batch_first=True) for a, b in zip(widths, widths[1:])
        )
        for lstm in layers:
            # PyTorch has two biases where one is enough.
            torch.nn.init.zeros_(lstm.bias_hh_l0)
            lstm.bias_hh_l0.requires_grad_(False)
        return layers

    def tensors(self):
        """By the program's names: the parameter, and whether the program has it transposed."""
        named = {}
        for axis, layers in [("time", self.time), ("note", self.note)]:
            for index, lstm in enumerate(layers):
                named[f"{axis}.{index}.input"] = (lstm.weight_ih_l0, True)
                named[f"{axis}.{index}.recurrent"] = (lstm.weight_hh_l0, True)
                named[f"{axis}.{index}.bias"] = (lstm.bias_ih_l0, False)
        for index, linear in enumerate(self.dense):
            named[f"dense.{index}.weight"] = (linear.weight, True)
            named[f"dense.{index}.bias"] = (linear.bias, False)
        return named

    def loss(self, told, truth):
        """told: [segments, steps, 88, 78]; truth: [segments, steps, 88, 2]. Two sums."""
        segments, steps = told.shape[:2]
        x = told.transpose(1, 2).reshape(segments * KEYS, steps, 78)
        for lstm in self.time:
            x, _ = lstm(x)
        x = x.reshape(segments, KEYS, steps, -1).transpose(1, 2).reshape(segments * steps, KEYS, -1)
        truth = truth.reshape(segments * steps, KEYS, 2)
        below = torch.nn.functional.pad(truth, (0, 0, 1, 0))[:, :KEYS]  # nothing below key 0
        x = torch.cat([x, below], dim=2)
        for lstm in self.note:
            x, _ = lstm(x)
        for linear in self.dense[:-1]:
            x = torch.tanh(linear(x))
        x = self.dense[-1](x)
        entropy = torch.nn.functional.binary_cross_entropy_with_logits(x, truth, reduction="none")
        return entropy[:, :, 0].sum(), (entropy[:, :, 1] * truth[:, :, 0]).sum()


def by_name(tensors, value):
    """value(parameter) for each tensor, turned as the program has it."""
    return {
        name: numpy.ascontiguousarray((value(p).T if turned else value(p)).numpy())
        for name, (p, turned) in tensors.items()
    }


def train(network, told, truth, optimiser):
    losses = []
    for _ in range(10):
        optimiser.zero_grad()
        loss = sum(network.loss(told, truth))
        losses.append(loss.item())
        loss.backward()
        for group in optimiser.param_groups:
            for parameter in group["params"]:
                norm = parameter.grad.norm()
                if norm > 5:
                    parameter.grad *= 5 / norm
        optimiser.step()
    with torch.no_grad():
        losses.append(sum(network.loss(told, truth)).item())
    return numpy.array(losses)


def case(seed, music, segments, units):
    torch.manual_seed(seed)
    random = numpy.random.default_rng(seed)
    pieces = [compose(random, steps, changes) for steps, changes in music]
    file = {"segments": numpy.array(segments)}
    for number, (play, articulate, metres) in enumerate(pieces):
        file |= {f"music.{number}.play": play, f"music.{number}.articulate": articulate}
        file[f"music.{number}.metres"] = metres
    for axis, layers in zip(["time", "note", "dense"], units):
        file[f"units.{axis}"] = numpy.array(layers, dtype=numpy.int64)

    # A segment's first step is only told (as the vicinity of the second); the rest is predicted.
    told, truth = [], []
    for piece, start, count in segments:
        play, articulate, _ = pieces[piece]
        predicted = range(start + 1, start + count)
        told.append([attributes(pieces[piece], step) for step in predicted])
        truth.append(numpy.stack([play[predicted], articulate[predicted]], axis=2))
    told = torch.tensor(numpy.array(told))
    truth = torch.tensor(numpy.array(truth), dtype=torch.float64)

    network = Biaxial(*units)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.float())  # so that single precision has the same start
    tensors = network.tensors()
    initial = by_name(tensors, lambda p: p.detach().clone())
    file |= {f"initial.{name}": value.astype(numpy.float32) for name, value in initial.items()}

    play, articulate = network.loss(told, truth)
    (play + articulate).backward()
    file["loss"] = numpy.array([play.item(), articulate.item()])
    gradient = by_name(tensors, lambda p: p.grad.clone())
    file |= {f"gradient.{name}": value for name, value in gradient.items()}

    rules = {
        "adadelta": lambda ps: torch.optim.Adadelta(ps, lr=1.0, rho=0.95, eps=1e-6),
        "adam": lambda ps: torch.optim.Adam(ps, lr=3e-3, betas=(0.9, 0.999), eps=1e-8),
    }
    start = {name: value.clone() for name, value in network.state_dict().items()}
    for name, rule in rules.items():
        network.load_state_dict(start)
        optimiser = rule([p for p in network.parameters() if p.requires_grad])
        file[f"{name}.losses"] = train(network, told, truth, optimiser)
        final = by_name(tensors, lambda p: p.detach().clone())
        file |= {f"{name}.final.{tensor}": value for tensor, value in final.items()}
    norms = {name: round(float(numpy.linalg.norm(value)), 2) for name, value in gradient.items()}
    print(file["loss"], file["adadelta.losses"][-1], file["adam.losses"][-1], norms)
    return file


def main():
    cases = {
        # The article's kind of network, from the beginning of a piece and from within one.
        "article": case(
            1,
            music=[(20, [[0, 4, 4]]), (40, [[0, 12, 8], [27, 3, 4]])],
            segments=[[0, 0, 9], [1, 22, 9]],
            units=([7, 6], [5, 4], []),
        ),
        # Hidden dense layers, one LSTM each way, an upbeat, a long measure.
        "dense": case(
            2,
            music=[(40, [[0, 6, 8], [3, 5, 4]])],
            segments=[[0, 0, 14], [0, 7, 14], [0, 26, 14]],
            units=([5], [4], [6, 3]),
        ),
    }
    file = {f"{name}.{key}": value for name, case in cases.items() for key, value in case.items()}
    to = pathlib.Path(__file__).with_suffix(".safetensors")
    safetensors.numpy.save_file(file, to, metadata={"torch": torch.__version__.split("+")[0]})
    print(to.name, to.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
