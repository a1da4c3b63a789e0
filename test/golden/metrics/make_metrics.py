"""Golden metrics: what scikit-learn makes of logits and targets, with equal scores, classes that are in no target, and classes that
are never predicted. python make_metrics.py writes metrics.json beside itself; needs scikit-learn (with numpy and scipy)."""
import json, os, warnings
import numpy as np
import sklearn
from scipy.special import expit, log_softmax, softmax
from scipy.stats import bootstrap
from sklearn.calibration import calibration_curve
from sklearn.metrics import (accuracy_score, average_precision_score, balanced_accuracy_score, brier_score_loss, confusion_matrix,
    f1_score, hamming_loss, log_loss, mean_absolute_error, precision_recall_curve, precision_recall_fscore_support, r2_score,
    roc_auc_score, roc_curve, root_mean_squared_error, top_k_accuracy_score)
from sklearn.utils.class_weight import compute_class_weight

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
flat = lambda a: np.asarray(a, dtype=float).ravel().tolist()


def found(truth, said, **options):
    p, r, f, n = precision_recall_fscore_support(truth, said, zero_division=0, **options)
    return dict(precision=flat(p), recall=flat(r), f1=flat(f), count=None if n is None else [int(x) for x in np.ravel(n)])


def averages(truth, said):
    return {kind: {k: v[0] for k, v in found(truth, said, average=kind).items() if k != "count"} for kind in ("macro", "weighted", "micro")}


def per_class(truths, scores):
    """One against the rest; None where scikit-learn has no number, or a made-up one. Rounded first: of two equal logits in rows
    that differ in their order, softmax makes probabilities that differ in their last bit, and no order must come of that."""
    scores = np.round(scores, 12)
    auc = [roc_auc_score(t, s) if 0 < t.sum() < len(t) else None for t, s in zip(truths.T, scores.T)]
    ap = [average_precision_score(t, s) if t.sum() > 0 else None for t, s in zip(truths.T, scores.T)]
    mean = lambda xs: float(np.mean([x for x in xs if x is not None]))
    return dict(rocAuc=auc, averagePrecision=ap, macroRocAuc=mean(auc), macroAveragePrecision=mean(ap))


def reliability(probabilities, right, bins):
    """Guo et al. 2017, eq. 3; the curve is scikit-learn's, which leaves empty bins out."""
    error = 0.0
    for k in range(bins):
        low, high = k / bins, (k + 1) / bins
        inside = (probabilities > low) & (probabilities <= high) if k else probabilities <= high
        if inside.any():
            error += inside.mean() * abs(probabilities[inside].mean() - right[inside].mean())
    accuracy, confidence = calibration_curve(right, probabilities, n_bins=bins)
    return dict(bins=bins, error=float(error), accuracy=flat(accuracy), confidence=flat(confidence))


def classes(logits, truth):
    n, c = logits.shape
    p, said, names = softmax(logits, axis=1), logits.argmax(axis=1), list(range(c))
    out = dict(logits=flat(logits), truth=truth.tolist(), classes=c,
        accuracy=accuracy_score(truth, said), balancedAccuracy=balanced_accuracy_score(truth, said),
        perClass=found(truth, said, labels=names), averages=averages(truth, said),
        confusion=confusion_matrix(truth, said, labels=names).tolist(),
        logLoss=log_loss(truth, p, labels=names), brier=brier_score_loss(truth, p if c > 2 else p[:, 1], labels=names),
        calibration=[reliability(p.max(axis=1), (said == truth).astype(float), bins) for bins in (10, 15)],
        **per_class(np.eye(c)[truth], p))
    if c > 2:
        out["topK"] = {str(k): top_k_accuracy_score(truth, p, k=k, labels=names) for k in range(1, c)}
    return out


def distinct(n, c):
    """Logits without equal ones in a row."""
    return np.stack([rng.permutation(np.arange(-8, 8) / 4)[:c] for _ in range(n)])


cases = {}
# Halves: many equal scores, within rows and between them. Class 3 is in no target, class 4 never predicted, class 5 neither.
logits = rng.integers(-4, 5, (60, 6)) / 2
logits[:, 4] = -3; logits[:, 5] = -4
truth = rng.choice([0, 1, 2, 4], 60, p=[0.5, 0.2, 0.2, 0.1])
for row in range(0, 60, 2):
    if truth[row] < 3: logits[row, truth[row]] = 2.5
cases["ties"] = classes(logits, truth)

truth = rng.integers(0, 7, 80)
logits = distinct(80, 7); logits[np.arange(80), truth] += 2 + 1 / 8
cases["seven"] = classes(logits, truth)

truth = (rng.random(50) < 0.3).astype(int)
z = rng.integers(-6, 7, 50) / 4 + truth
cases["binary"] = classes(np.stack([np.zeros(50), z], axis=1), truth)
fpr, tpr, _ = roc_curve(truth, z)
precision, recall, _ = precision_recall_curve(truth, z)
f1 = [2 * p * r / (p + r) if p + r else 0 for p, r in zip(precision, recall)]
cases["binary"].update(z=flat(z), bestYouden=float((tpr - fpr).max()), bestF1=float(max(f1)),
    curve=dict(fpr=flat(fpr), tpr=flat(tpr)),
    atThreshold={str(t): dict(accuracy=accuracy_score(truth, expit(z) >= t), f1=f1_score(truth, expit(z) >= t)) for t in (0.25, 0.5, 0.8)})

targets = (rng.random((40, 5)) < [0.5, 0.3, 0.2, 0.1, 0]).astype(int)
logits = rng.integers(-6, 7, (40, 5)) / 4 + 1 / 8 + targets; logits[:, 3] = -np.abs(logits[:, 3]) - 1 / 8
said, p = (logits > 0).astype(int), expit(logits)
cases["labels"] = dict(logits=flat(logits), targets=flat(targets), accuracy=1 - hamming_loss(targets, said),
    exactMatch=accuracy_score(targets, said), perClass=found(targets, said), averages=averages(targets, said),
    logLoss=float(np.mean([log_loss(targets[:, k], p[:, k], labels=[0, 1]) for k in range(5)])), brier=float(((p - targets) ** 2).mean()),
    calibration=[reliability(p.ravel(), targets.ravel().astype(float), 10)], **per_class(targets, p))

targets = np.stack([rng.normal(size=20), np.full(20, 0.5), rng.normal(size=20) * 10], axis=1).astype(np.float32)
values = (targets + rng.normal(size=(20, 3)) * [0.1, 1, 20]).astype(np.float32)
both = lambda of: flat(of(targets.astype(float), values.astype(float), multioutput="raw_values"))
cases["values"] = dict(values=flat(values), targets=flat(targets), meanAbsoluteError=both(mean_absolute_error),
    rootMeanSquaredError=both(root_mean_squared_error), r2=both(r2_score), meanR2=r2_score(targets.astype(float), values.astype(float)))

# Another generator draws other samples: the intervals agree within a little.
hits = (rng.random(150) < 0.9).astype(float)
ends = bootstrap((hits,), np.mean, n_resamples=20000, method="percentile", random_state=1).confidence_interval
numbers = rng.normal(size=37)
cases["bootstrap"] = dict(hits=flat(hits), low=float(ends.low), high=float(ends.high), numbers=flat(numbers),
    quantiles={str(q): float(np.quantile(numbers, q)) for q in (0, 0.025, 0.3, 0.5, 0.975, 1)})

labels = np.repeat([0, 1, 2], [50, 7, 23])
cases["classWeights"] = dict(counts=[50, 7, 23], balanced=flat(compute_class_weight("balanced", classes=np.arange(3), y=labels)))

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json")
rows = [f"{json.dumps(name)}: {json.dumps(case)}" for name, case in dict(scikit_learn=sklearn.__version__, **cases).items()]
open(path, "w").write("{\n" + ",\n".join(rows) + "\n}\n")
