"""The statistics of a comparison by scipy, numpy or their textbook definition: reads cases, prints numbers, both as JSON."""

import json
import sys

import numpy as np
from scipy import stats


def mcnemar(case):
    only_first, only_second = case
    if only_first + only_second == 0:
        return 1.0
    return stats.binomtest(only_first, only_first + only_second, 0.5).pvalue


def wilson(case):
    correct, total = case
    ends = stats.binomtest(correct, total).proportion_ci(0.95, method="wilson")
    return [ends.low, ends.high]


def mean_interval(values):
    values = np.array(values)
    ends = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))
    return [values.mean(), values.std(ddof=1), *ends]


def paired(case):
    """Images as differences of right answers, half an image more of each of the four kinds, and their normal interval."""
    both, only_first, only_second, neither = (count + 0.5 for count in case)
    differences = np.array([0.0, -1.0, 1.0, 0.0])
    weights = np.array([both, only_first, only_second, neither])
    mean = np.average(differences, weights=weights)
    variance = np.average((differences - mean) ** 2, weights=weights) / weights.sum()
    ends = stats.norm.interval(0.95, loc=mean, scale=np.sqrt(variance))
    return list(np.clip(ends, -1, 1))


def holm(probabilities):
    """The smallest level at which the step-down procedure rejects each, found hypothesis by hypothesis."""
    count = len(probabilities)
    order = sorted(range(count), key=lambda index: probabilities[index])
    adjusted = [0.0] * count
    for rank, index in enumerate(order):
        needed = [(count - step) * probabilities[order[step]] for step in range(rank + 1)]
        adjusted[index] = min(1.0, max(needed))
    return adjusted


functions = {"mcnemar": mcnemar, "wilson": wilson, "mean": mean_interval, "paired": paired, "holm": holm}
asked = json.load(sys.stdin)
json.dump({name: [functions[name](case) for case in cases] for name, cases in asked.items()}, sys.stdout)
