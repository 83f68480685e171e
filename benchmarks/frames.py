"""Measure what is said of frames and videos, on rendered interviews whose every frame is known, and keep it as data.

    python -m benchmarks.frames FACEKIT WORK

FACEKIT is the folder of the renderer (`make_interviews.py`), WORK one for rendered sets and their movement; what is
there already is not made again. Sets are as they come, with poses that are held, with a head that moves for itself,
with labels that err, and with all three. Everything is judged on people held out, in five folds; nothing was chosen by
these seeds. Some three minutes a set on two cores, nearly all of it rendering and reading; `--kinds` chooses sets.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from benchmarks.circumstances import RESULTS as FOLDER
from benchmarks.circumstances import circumstances
from benchmarks.rendered_sets import KINDS, SEEDS, prepared
from expressiveness.data import CATEGORIES, DEFAULT_TARGET, Thresholds
from expressiveness.evaluation import BenchmarkConfig, Confusion
from expressiveness.evaluation.benchmark_rows import ROWS
from expressiveness.evaluation.metrics import draws_of_people
from expressiveness.intensity import frame_intensity
from expressiveness.models import ConformalSets, calibrate, features_of, fit_movement
from expressiveness.models.by_movement.fitted_movement import held_out_levels, people_in_folds
from expressiveness.movement import MovementStore, Neutrals, expressiveness_of, load_movements

RESULTS = FOLDER / "frames.json"
MEASURES = ("mean", "velocity", "p90", "std", "displacement")
BINS = 10
DRAWS = 10
PAIRED_DRAWS = 300
LEADING = ("rho", "macro_f1")
STUDIES = (3, 6, 12, 20)


@dataclass(frozen=True, eq=False)
class Clips:
    """The k clips of a set."""

    score: np.ndarray  # (k,) the label
    category: np.ndarray  # (k,)
    person: np.ndarray  # (k,)
    acted: np.ndarray  # (k,) the score that was acted, before the label's noise
    energy: list[np.ndarray]  # k, the truth of each frame
    intensity: list[np.ndarray]  # k, of each frame
    features: np.ndarray  # (k, 29)
    measures: dict[str, np.ndarray]  # by name, shape (k,): the logs of those that nothing is learned for


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facekit", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS], default=[*KINDS])
    arguments = parser.parse_args()
    chosen = "" if arguments.kinds == [*KINDS] else " --kinds" + "".join(f" '{kind}'" for kind in arguments.kinds)
    made = circumstances(f"python -m benchmarks.frames FACEKIT WORK{chosen}") | {
        "intensity": frame_intensity().provenance
    }
    sets = []
    for kind in arguments.kinds:
        for seed in SEEDS[kind]:
            interviews, faces = prepared(arguments.facekit, arguments.work, kind, seed)
            store = MovementStore.beside(faces)
            clips = clips_of(interviews, store, alone=False)
            of_one_clip = clips_of(interviews, store, alone=True)
            studies = {"small studies": small_studies(clips, seed)} if kind == "as they come" else {}
            sets.append(
                {
                    "kind": kind,
                    "flags": " ".join(KINDS[kind]),
                    "seed": seed,
                    "person known by all their clips": figures(clips),
                    "person known by one clip": figures(of_one_clip),
                    "videos": videos(clips),
                    **studies,
                }
            )
            print(json.dumps(sets[-1]), flush=True)
            RESULTS.write_text(json.dumps({**made, "sets": sets}, indent=1) + "\n")  # so far


def clips_of(interviews, store, *, alone):
    """What is known of each clip; the person's face at rest from all clips, or from this one alone."""
    movements = load_movements(interviews, store)
    rest = Neutrals(interviews, store)
    rests = [None if alone else rest.of(one.participant) for one in interviews]
    truth = pd.read_csv(interviews.path / "truth_frames.csv", dtype={"id": str}).set_index(["id", "frame_number"])
    acted = pd.read_csv(interviews.path / "truth.csv", dtype={"id": str}).set_index("id")["score_without_noise"]
    scores = np.array([one.scores[DEFAULT_TARGET] for one in interviews])
    shown = [movements[one.id] for one in interviews]
    intensity = [frame_intensity().log_intensity(*pair) for pair in zip(shown, rests, strict=True)]
    return Clips(
        score=scores,
        category=np.array([Thresholds().index(score) for score in scores]),
        person=np.array([one.participant for one in interviews]),
        acted=acted.loc[[one.id for one in interviews]].to_numpy(),
        energy=[
            truth.loc[one.id].loc[movement.frame_number.tolist(), "energy"].to_numpy()
            for one, movement in zip(interviews, shown, strict=True)
        ],
        intensity=intensity,
        features=np.array(
            [features_of(movement, log_intensity=own) for movement, own in zip(shown, intensity, strict=True)]
        ),
        measures={
            name: np.log(np.array([expressiveness_of(movement, name) for movement in shown]) + 1e-3)
            for name in MEASURES
        },
    )


def figures(clips):
    """Figures of frames, and of sets of categories, by models that have not seen the person."""
    count = len(clips.score)
    score = np.zeros(count)
    levels, frames = [None] * count, [None] * count
    covered = np.zeros(count, dtype=bool)
    for known, held_out in people_in_folds(clips.person.tolist(), 5, 0):
        model = learned(clips, known)
        for row in held_out:
            level = float(model.levels(clips.features[row : row + 1])[0])
            score[row] = model.calibration.score(np.array([level]))[0]
            levels[row] = model.frame_levels(clips.intensity[row], level)
            frames[row] = model.frame_calibration.probabilities(levels[row])
        named = sets_of(clips, known, model).of(model.calibration.probabilities(model.levels(clips.features[held_out])))
        covered[held_out] = [CATEGORIES[clips.category[row]] in one for row, one in zip(held_out, named, strict=True)]
    within = np.array([rank(*pair) for pair in zip(levels, clips.energy, strict=True)])
    amplitude = np.array([energy.mean() for energy in clips.energy])
    third = np.digitize(amplitude, np.quantile(amplitude, [1 / 3, 2 / 3]))
    energy = np.concatenate(clips.energy)
    labels = frame_labels(clips, amplitude, energy)
    cuts = np.quantile(amplitude, [(clips.category < 1).mean(), (clips.category < 2).mean()])
    return {
        "frames within a video": float(within.mean()),
        "by third of amplitude": [float(within[third == part].mean()) for part in range(3)],
        "frames pooled": rank(np.concatenate(levels), energy),
        "repeating the video's score, pooled": rank(np.repeat(score, [len(one) for one in levels]), energy),
        "calibration error of frames": calibration_error(np.concatenate(frames), np.digitize(energy, cuts)),
        "the same, against labels as noisy as the videos'": calibration_error(np.concatenate(frames), labels),
        "covered by sets that promise 0.9": float(covered.mean()),
    }


def videos(clips):
    """Each row's figures on people held out, and what the model of movement gains over others, by paired draws."""
    score = {name: np.zeros(len(clips.score)) for name in ("movement", *MEASURES)}
    for known, held_out in people_in_folds(clips.person.tolist(), 5, 0):
        model = learned(clips, known)
        score["movement"][held_out] = model.calibration.score(model.levels(clips.features[held_out]))
        for name in MEASURES:
            score[name][held_out] = meaning(clips, known, name).score(clips.measures[name][held_out])
    material = SimpleNamespace(participant=clips.person, score=clips.score, config=BenchmarkConfig())
    score |= {"identity": ROWS["identity"].predict(material).score, "the acted score itself": clips.acted}
    return {name: {**of_videos(clips, said), **gains(clips, score["movement"], said)} for name, said in score.items()}


def gains(clips, ours, theirs):
    """How far the model of movement is above another row, over draws of people: intervals of 95 %."""
    if ours is theirs:
        return {}
    drawn = [
        [of_videos(clips, ours[rows], rows)[name] - of_videos(clips, theirs[rows], rows)[name] for name in LEADING]
        for rows in draws_of_people(clips.person, PAIRED_DRAWS, 0)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return {
        f"movement above it, {name}": pair for name, *pair in zip(LEADING, low.tolist(), high.tolist(), strict=True)
    }


def sets_of(clips, known, model):
    """Prediction sets, calibrated on the people that a model was trained on, each judged without themselves."""
    people = clips.person[known].tolist()
    said = model.calibration.probabilities(held_out_levels(clips.features[known], clips.score[known], people))
    return ConformalSets.calibrated(said, clips.category[known], people)


def frame_labels(clips, amplitude, energy):
    """The category of each frame by a label that errs as the videos' labels do, which is what a model can learn."""
    acted = np.interp(energy, np.sort(amplitude), np.sort(clips.acted))
    noise = np.std(clips.score - clips.acted)
    thresholds = Thresholds()
    noisy = acted + noise * np.random.default_rng(0).standard_normal(len(energy))
    return np.digitize(noisy, [thresholds.low, thresholds.high])


def small_studies(clips, seed):
    """Movement and `E_std` learned from few people and judged on all others, ten times: how often each is ahead."""
    random, people = np.random.default_rng(seed), np.unique(clips.person)
    found = {}
    for size in STUDIES:
        gains = []
        for _ in range(DRAWS):
            chosen = np.isin(clips.person, random.choice(people, size, replace=False))
            known, held_out = np.flatnonzero(chosen), np.flatnonzero(~chosen)
            model = learned(clips, known)
            ours = model.calibration.score(model.levels(clips.features[held_out]))
            theirs = meaning(clips, known, "std").score(clips.measures["std"][held_out])
            majority = np.bincount(clips.category[known]).argmax() == clips.category[held_out]
            judged = [of_videos(clips, said, held_out) for said in (ours, theirs)]
            gains.append(
                [*(judged[0][name] - judged[1][name] for name in judged[0]), judged[0]["accuracy"] - majority.mean()]
            )
        names = ("rho over E_std", "macro-F1 over E_std", "accuracy over E_std", "accuracy over the majority")
        found[size] = dict(zip(names, np.mean(gains, axis=0).tolist(), strict=True))
    return found


def learned(clips, rows):
    """The model of movement, from some clips."""
    return fit_movement(clips.features[rows], clips.score[rows], clips.category[rows], clips.person[rows].tolist())


def meaning(clips, rows, measure):
    """What the values of a measure mean, learned from some clips."""
    return calibrate(clips.measures[measure][rows], clips.score[rows], clips.category[rows])


def of_videos(clips, said, rows=slice(None)):
    category = [Thresholds().index(score) for score in said]
    confusion = Confusion.from_indices(clips.category[rows], np.array(category))
    return {"rho": rank(said, clips.score[rows]), "macro_f1": confusion.macro_f1, "accuracy": confusion.accuracy}


def rank(one, other):
    return float(spearmanr(one, other).statistic)


def calibration_error(probabilities, category):
    """How far the confidence of frames lies from the share that is right, over bins of confidence."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == category
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(
        sum(
            abs(confidence[place == k].mean() - right[place == k].mean()) * (place == k).mean()
            for k in np.unique(place)
        )
    )


if __name__ == "__main__":
    main()
