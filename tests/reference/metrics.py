"""ROC, precision-recall and their areas from scikit-learn, to check models/src/metrics.rs against.

Writes tests/fixtures/metrics.json. Run from the repository's root:

    python3 tests/reference/metrics.py          # needs scikit-learn and numpy
"""

import json
from pathlib import Path

import numpy
import sklearn
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_auc_score, roc_curve


def case(name, scores, positive):
    scores = numpy.asarray(scores, dtype=numpy.float32)
    positive = numpy.asarray(positive, dtype=bool)
    false_positive_rate, true_positive_rate, thresholds = roc_curve(positive, scores, drop_intermediate=False)
    precision, recall, pr_thresholds = precision_recall_curve(positive, scores, drop_intermediate=False)
    assert abs(auc(false_positive_rate, true_positive_rate) - roc_auc_score(positive, scores)) < 1e-12
    return {
        "name": name,
        "scores": scores.tolist(),
        "positive": positive.tolist(),
        # The first threshold of roc_curve is infinite, which JSON cannot say.
        "roc_thresholds": thresholds[1:].tolist(),
        "false_positive_rate": false_positive_rate.tolist(),
        "true_positive_rate": true_positive_rate.tolist(),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "pr_thresholds": pr_thresholds.tolist(),
        "auc": roc_auc_score(positive, scores),
        "average_precision": average_precision_score(positive, scores),
    }


def main():
    random = numpy.random.default_rng(5)
    truth = random.random(60) < 0.4
    scores = random.normal(size=60) + truth
    cases = [
        case("distinct scores", scores, truth),
        case("many ties", numpy.round(scores), truth),
        case("all tied", numpy.zeros(9), truth[:9]),
        case("rare positives", random.normal(size=80), numpy.arange(80) % 27 == 0),
        case("perfect", [0.1, 0.2, 0.8, 0.9], [False, False, True, True]),
        case("upside down", [0.1, 0.2, 0.8, 0.9], [True, True, False, False]),
    ]
    path = Path(__file__).parent.parent / "fixtures" / "metrics.json"
    path.write_text(json.dumps({"scikit_learn": sklearn.__version__, "cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
