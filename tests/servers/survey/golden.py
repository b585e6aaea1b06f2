"""The figures of a made-up survey by scipy: golden.json.

    pip install scipy
    python tests/servers/survey/golden.py > tests/servers/survey/golden.json
"""

import json
import random
import statistics

from scipy import stats

random.seed(7)
EXCERPTS = [("a", "large", False), ("b", "large", False), ("c", "small", False), ("d", "real", True), ("e", "real", True)]


def interval(numbers):
    if len(numbers) < 2:
        return None
    return list(stats.t.interval(0.95, len(numbers) - 1, statistics.fmean(numbers), stats.sem(numbers)))


def share(count, of):
    found = stats.binomtest(count, of).proportion_ci(0.95, method="exact")
    return {"count": count, "of": of, "interval": [found.low, found.high]}


def rating(by_participant):
    every = [rating for ratings in by_participant for rating in ratings]
    return {
        "answers": len(every),
        "mean": statistics.fmean(every),
        "sd": statistics.stdev(every),
        "interval": interval([statistics.fmean(ratings) for ratings in by_participant]),
    }


answers = []
for participant in range(1, 10):
    # The last two have not come to the end.
    for excerpt in range(5 if participant < 8 else 3):
        better = 3 if EXCERPTS[excerpt][2] else excerpt
        answers.append((participant, excerpt, random.randint(1, 7) + better, random.random() < 0.3 + better / 5))

figures = {}
for index, (title, model, real) in enumerate(EXCERPTS):
    figures.setdefault("excerpt " + title, []).append(index)
    figures.setdefault("model " + model, []).append(index)
expected = {}
for name, which in figures.items():
    of_it = [answer for answer in answers if answer[1] in which]
    people = sorted({answer[0] for answer in of_it})
    mine = {person: [a[2] for a in of_it if a[0] == person] for person in people}
    real = {p: [a[2] for a in answers if a[0] == p and EXCERPTS[a[1]][2]] for p in people}
    both = [(statistics.fmean(mine[p]), statistics.fmean(real[p])) for p in people if real[p]]
    expected[name] = {
        "rating": rating(list(mine.values())),
        "believed": share(sum(a[3] for a in of_it), len(of_it)),
        "preferred": sum(a > b for a, b in both),
        "alike": sum(a == b for a, b in both),
        "real_preferred": sum(a < b for a, b in both),
    }

complete = [[a[2] for a in answers if a[0] == p] for p in range(1, 8)]
found = stats.friedmanchisquare(*zip(*complete))
expected_agreement = {"w": found.statistic / (7 * 4), "p": found.pvalue}

print(
    json.dumps(
        {
            "excerpts": EXCERPTS,
            "answers": answers,
            "figures": expected,
            "agreement": expected_agreement,
            "shares": [share(*case) for case in [(0, 5), (1, 1), (3, 26), (23, 26), (26, 26), (50, 100), (1, 1000)]],
        }
    )
)
