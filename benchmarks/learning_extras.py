"""What the model of movement does beyond the table: frames, noisy labels, wrong labels, review, identity, speed."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from expressiveness.data import CATEGORIES, DEFAULT_TARGET
from expressiveness.evaluation import BenchmarkConfig, Confusion, suspicious_labels
from expressiveness.evaluation.benchmark_rows import split_of_fold
from expressiveness.evaluation.benchmarking import benchmark_of
from expressiveness.evaluation.metrics import draws_of_people, rank_correlation
from expressiveness.models import TrainingConfig, embed_interviews, features_of, fit_movement, train

FLIPPED, LOOKED_AT = 0.1, 0.2
REPEATS = 5
"""Of what depends on which labels are flipped."""
IDENTITY_EPOCHS = 10

OURS = BenchmarkConfig(rows=("movement",), draws=1)


def extras_of(interviews, noisy, store, interviews_folder, *, networks):
    started = time.monotonic()
    results, material, said = benchmark_of(interviews, store, OURS)
    seconds = time.monotonic() - started
    clean = material.score
    noise_free = spearmanr(said["movement"].score, clean).statistic
    learned_from_noise = benchmark_of(noisy, store, OURS)[2]["movement"].score
    return {
        "five_fold_seconds": round(seconds, 2),
        "expected_calibration_error": results.calibration["movement"]["ece"],
        "label_noise": {
            "sd": 0.5,
            "spearman_clean": float(noise_free),
            "spearman_learned_from_noise": float(spearmanr(learned_from_noise, clean).statistic),
        },
        "flipped": [flipped(store, material, seed) for seed in range(REPEATS)],
        "frames_within_video": frames(material, said["movement"], interviews_folder),
        "identity": {**identities(material), **(identities_of_networks(material) if networks else {})},
    }


def frames(material, said, interviews_folder):
    """Mean Spearman of a video's frame scores against the true energy, at 10 Hz."""
    truth = pd.read_csv(interviews_folder / "truth_frames.csv", dtype={"id": str}).set_index(["id", "frame_number"])
    found = []
    for interview, one in zip(material.interviews, said.frames, strict=True):
        scores = one.probabilities.astype(np.float64) @ np.array([-1.0, 0.0, 1.0])
        energy = truth.loc[interview.id].loc[one.frame_number, "energy"]
        found.append(spearmanr(scores, energy).statistic if np.ptp(scores) else 0.0)
    return {"mean_spearman": float(np.mean(found)), "videos": len(found)}


def flipped(store, material, seed):
    """Flip a tenth of the categories, look for them, correct what is found in the most suspicious fifth, learn again.

    A flipped interview's score becomes the median score of its wrong category, so the model learns from it, too.
    """
    random = np.random.default_rng(seed)
    count = len(material.interviews)
    wrong = random.choice(count, round(FLIPPED * count), replace=False)
    category = material.category.copy()
    category[wrong] = (category[wrong] + random.integers(1, len(CATEGORIES), len(wrong))) % len(CATEGORIES)
    typical = [float(np.median(material.score[material.category == k])) for k in range(len(CATEGORIES))]
    score = material.score.copy()
    score[wrong] = [typical[k] for k in category[wrong]]
    labelled = [
        replace(one, scores={**one.scores, DEFAULT_TARGET: float(value)})
        for one, value in zip(material.interviews, score, strict=True)
    ]
    suspects = [one.interview for one in suspicious_labels(labelled, store, seed=seed)][: round(LOOKED_AT * count)]
    seen = np.isin([one.id for one in material.interviews], suspects)
    found = np.isin(wrong, np.flatnonzero(seen)).mean()
    corrected_score = np.where(seen, material.score, score)
    corrected_category = np.where(seen, material.category, category)
    before = held_out(material, score, category, np.ones(count, dtype=bool))
    excluded = held_out(material, score, category, ~seen)
    corrected = held_out(material, corrected_score, corrected_category, np.ones(count, dtype=bool))
    return {
        "flipped": len(wrong),
        "found_in_most_suspicious_fifth": float(found),
        "held_out": {
            "with_flipped_labels": summary(material, before),
            "suspects_excluded": summary(material, excluded),
            "suspects_corrected": summary(material, corrected),
        },
        "gain_of_correcting": gain(material, before, corrected),
        "gain_of_excluding": gain(material, before, excluded),
    }


def features(material):
    """What the model of movement looks at, shape (k, 28)."""
    return np.array([features_of(movement) for movement in material.movements])


def held_out(material, score, category, kept):
    """Scores of held-out people, learned from labels that may be wrong; judged by the right ones."""
    predicted = np.zeros(len(score))
    people = material.participant
    for others, test in material.folds():
        rows = others[kept[others]]
        model = fit_movement(features(material)[rows], score[rows], category[rows], people[rows].tolist())
        predicted[test] = model.calibration.score(model.levels(features(material)[test]))
    return predicted


def summary(material, predicted):
    return {"spearman": spearman(material, predicted), "macro_f1": category_f1(material, predicted)}


def gain(material, before, after):
    """The difference of both figures, with an interval of 95 % over people."""
    draws = list(draws_of_people(material.participant))
    report = {}
    for name, figure in (("spearman", spearman), ("macro_f1", category_f1)):
        gains = [figure(material, after, rows) - figure(material, before, rows) for rows in draws]
        report[name] = figure(material, after) - figure(material, before)
        report[f"{name}_ci"] = [float(value) for value in np.quantile(gains, [0.025, 0.975])]
    return report


def spearman(material, predicted, rows=slice(None)):
    return rank_correlation(material.score[rows], predicted[rows])


def category_f1(material, predicted, rows=slice(None)):
    limits = material.config.thresholds
    said = (predicted >= limits.low).astype(int) + (predicted > limits.high)
    return Confusion.from_indices(material.category[rows], said[rows]).macro_f1


def identities(material):
    """What the representations tell of who somebody is; each was learned from the people of all folds but the first."""
    train_rows, _ = material.folds()[0]
    people = material.participant
    model = fit_movement(
        features(material)[train_rows],
        material.score[train_rows],
        material.category[train_rows],
        people[train_rows].tolist(),
    )
    return {
        "movement: what a level is made of": identity(model.terms(features(material)), people),
        "movement: logarithms of all features": identity(np.log(features(material) + 1e-9), people),
    }


def identities_of_networks(material):
    """The same of the notebook's network on each of its inputs."""
    return {
        f"notebook's CNN, {kind} crops": identity(vectors, material.participant) for kind, vectors in pooled(material)
    }


def pooled(material):
    """The mean activations of each video in the last hidden layer of the notebook's network, 256 numbers a video."""
    for kind in ("single", "deviation"):
        model = train(
            material.interviews,
            material.store,
            TrainingConfig(model="notebook_cnn", options={"face_input": kind, "epochs": IDENTITY_EPOCHS}),
            split=split_of_fold(material, 0),
        )
        yield kind, np.array([one.value for one in embed_interviews(model, material.interviews, material.store)])


def identity(vectors, people):
    """How often a linear probe names the person of a clip from the person's other clips; chance is 1 / people."""
    names, owner = np.unique(people, return_inverse=True)
    turn = np.zeros(len(owner), dtype=int)
    for person in range(len(names)):
        rows = np.flatnonzero(owner == person)
        turn[rows] = np.arange(len(rows))
    right = []
    for number in range(turn.max() + 1):
        test = turn == number
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000, C=0.1))
        right += (probe.fit(vectors[~test], owner[~test]).predict(vectors[test]) == owner[test]).tolist()
    return {"accuracy": float(np.mean(right)), "chance": 1 / len(names)}
