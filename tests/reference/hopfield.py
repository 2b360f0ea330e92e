"""A Hopfield network in NumPy, to check models/src/foundations/hopfield.rs against.

Writes tests/fixtures/hopfield.json: weights of the three rules, energies, one recall unit by unit in a given order, one
with all units at once. The pseudo-inverse is NumPy's own. Run from the repository's root:

    python3 tests/reference/hopfield.py         # needs numpy
"""

import json
from pathlib import Path

import numpy


def hebb(patterns):
    return patterns.T @ patterns / patterns.shape[1]


def pseudo_inverse(patterns):
    return patterns.T @ numpy.linalg.pinv(patterns.T)


def storkey(patterns):
    count, units = patterns.shape
    weights = numpy.zeros((units, units))
    for pattern in patterns:
        step = numpy.zeros_like(weights)
        for i in range(units):
            for j in range(units):
                if i == j:
                    continue
                others = [k for k in range(units) if k not in (i, j)]
                h_ij = weights[i, others] @ pattern[others]
                h_ji = weights[j, others] @ pattern[others]
                step[i, j] = pattern[i] * pattern[j] - pattern[i] * h_ji - h_ij * pattern[j]
        weights = weights + step / units
    return weights


def energy(weights, state):
    return float(-0.5 * state @ weights @ state)


def turned(weights, state, unit):
    field = weights[unit] @ state
    return float(numpy.sign(field)) if abs(field) > 1e-12 else float(state[unit])


def case(name, rule, patterns, start, order):
    weights = rule(patterns)
    numpy.fill_diagonal(weights, 0.0)
    # No field on the way may be so near to zero that f32 could see another sign.
    one_by_one, states = start.copy(), []
    for unit in order:
        assert abs(weights[unit] @ one_by_one) > 1e-4
        one_by_one[unit] = turned(weights, one_by_one, unit)
        states.append(one_by_one.copy())
    at_once, sweeps = start.copy(), []
    for _ in range(4):
        assert numpy.abs(weights @ at_once).min() > 1e-4
        at_once = numpy.array([turned(weights, at_once, unit) for unit in range(len(start))])
        sweeps.append(at_once.copy())
    whole = lambda states: [[int(value) for value in state] for state in states]
    return {
        "rule": name,
        "weights": weights.ravel().tolist(),
        "one_by_one": whole(states),
        "energies": [energy(weights, state) for state in states],
        "at_once": whole(sweeps),
        "energies_at_once": [energy(weights, state) for state in sweeps],
    }


def main():
    random = numpy.random.default_rng(11)
    patterns = random.choice([-1.0, 1.0], size=(4, 21))
    patterns = numpy.concatenate([patterns, patterns[:1]])  # one pattern twice
    start = patterns[1].copy()
    start[random.permutation(21)[:6]] *= -1
    order = numpy.concatenate([random.permutation(21), random.permutation(21)])
    rules = {"hebb": hebb, "pseudo-inverse": pseudo_inverse, "storkey": storkey}
    whole = lambda rows: [[int(value) for value in row] for row in rows]
    fixture = {
        "numpy": numpy.__version__,
        "patterns": whole(patterns),
        "start": [int(value) for value in start],
        "order": [int(unit) for unit in order],
        "cases": [case(name, rule, patterns, start, order) for name, rule in rules.items()],
    }
    path = Path(__file__).parent.parent / "fixtures" / "hopfield.json"
    path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
