"""Plan a set of sample interviews: who answers which question how expressively, and the rows of `metadata.jsonl`.

`plan_interviews` decides everything in `metadata.jsonl` without rendering anything. The score depends only on the
amplitude, and every participant is calm in some clips and lively in others, so a person's identity says nothing about
the score.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from expressiveness.data import DEFAULT_TARGET, TARGETS, Thresholds
from expressiveness.samples.looks import Look

CORRELATIONS = {
    "openness": 0.62,
    "conscientiousness": 0.53,
    "extraversion": 0.66,
    "agreeableness": 0.66,
    "neuroticism": -0.50,
    "overall_personality": 0.63,
    "interview_score": 0.68,
    "answer_score": 0.64,
    "speaking_skills": 0.70,
    "confidence_score": 0.60,
    "overall_performance": 0.61,
}
"""Correlation of every other target with the score for facial expression."""

FREEDOM = 4
"""Degrees of freedom of Student's t, the distribution of the scores; its standard deviation is then sqrt(2)."""

SCORE_SCALE = 1.15 / math.sqrt(2)
"""RecruitView's score has a standard deviation of 1.15."""

AMPLITUDES = (0.02, 1.0)

DRAWS = 400
"""Random assignments of amplitudes to participants; the one that reveals least about them is used."""

DURATIONS = {"short": 1.0, "medium": 1.25, "long": 1.5}
"""Length of a clip, relative to a short one."""

PARTICIPANT_NUMBERS = 331
"""RecruitView's participants; the samples use their numbers."""

FIRST_QUESTION = "1"
QUESTIONS = {
    FIRST_QUESTION: "Introduce yourself",
    "2": "Why do you want to work with us?",
    "3": "What are you good at?",
    "5": "Describe a project that you enjoyed.",
    "8": "How do you plan a busy week?",
    "10": "Tell me about a decision that you had to make quickly.",
    "11": "How do you learn something new?",
    "14": "How do you take feedback?",
    "20": "What do you do when you are stuck?",
    "23": "Describe a disagreement and how it ended.",
    "31": "How do you explain something difficult to a beginner?",
    "76": "Is there anything that you would like to ask us?",
}

SENTENCES = (
    "I like to understand a problem before I start.",
    "We were four people and had two weeks.",
    "In the beginning there was no clear plan.",
    "So I wrote down what was missing and asked for help.",
    "That saved us a lot of time.",
    "I usually begin with the hardest part.",
    "When plans change I tell everyone early.",
    "Next I would like to learn more about statistics.",
    "It was not easy, but it worked in the end.",
    "Today I would do two things in another order.",
)
SENTENCE_SECONDS = 2

SUMMARY = (
    "1. Overview: [synthetic] This clip was rendered by a computer; nobody said or did what it shows, and no person "
    "was assessed. 2. Facial expression: the rendered face was given {manner}. 3. Scores: made up from that setting."
)
MANNERS = ("little movement", "moderate movement", "pronounced movement")

Row = dict[str, str | float]


@dataclass(frozen=True, slots=True)
class PlannedInterview:
    """One clip to render, and its row of `metadata.jsonl`."""

    row: Row  # RecruitView's 21 keys in its order
    look: Look  # of the participant, the same in all their clips
    amplitude: float  # how expressive, 0 to 1
    length: float  # seconds

    @property
    def id(self) -> str:
        """The row's id, such as "0001"."""
        return str(self.row["id"])


def plan_interviews(participants: int, clips_per_participant: int, seconds: float, seed: int) -> list[PlannedInterview]:
    """Plan a set of interviews, in the order of its rows.

    Args:
        participants: at least 1.
        clips_per_participant: 1 to the number of `QUESTIONS`; nobody answers a question twice.
        seconds: length of a clip of the duration "short".
        seed: the same seed gives the same set.
    """
    rng = np.random.default_rng([seed, 0])
    looks = [Look.sample(index, np.random.default_rng([seed, 1, index])) for index in range(participants)]
    numbers = rng.permutation(max(PARTICIPANT_NUMBERS, participants))[:participants] + 1
    answers = [
        (question, participant, clip)
        for participant in range(participants)
        for clip, question in enumerate(_questions(clips_per_participant, rng))
    ]
    answers.sort()  # blocks of one question, in the order of their ids as text
    drawn = _ranks(participants, clips_per_participant, rng)
    ranks = np.array([drawn[participant, clip] for _, participant, clip in answers])
    amplitudes = AMPLITUDES[0] + (AMPLITUDES[1] - AMPLITUDES[0]) * (ranks + rng.random(len(ranks))) / len(ranks)
    scores = _scores(ranks, rng)

    planned = []
    for index, (question, participant, _) in enumerate(answers):
        duration = str(rng.choice(list(DURATIONS)))
        length = seconds * DURATIONS[duration]
        targets: Row = {name: round(float(scores[name][index]), 4) for name in TARGETS}
        row: Row = {
            "id": f"{index + 1:04}",
            "file_name": f"videos/vid_{index + 1:04}.mp4",
            "duration": duration,
            "question_id": question,
            "question": QUESTIONS[question],
            "video_quality": "Low" if looks[participant].low_quality else "High",
            "user_no": str(numbers[participant]),
            **targets,
            "transcript": _transcript(length, rng),
            "gemini_summary": SUMMARY.format(manner=MANNERS[Thresholds().index(float(targets[DEFAULT_TARGET]))]),
        }
        planned.append(PlannedInterview(row, looks[participant], float(amplitudes[index]), length))
    return planned


def _ranks(participants: int, clips: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The rank of every clip's amplitude, shape (participants, clips): one in each stratum for every participant."""
    strata = np.arange(participants * clips).reshape(clips, participants)
    draws = (np.stack([rng.permutation(stratum) for stratum in strata], axis=1) for _ in range(DRAWS))
    chosen = min(draws, key=_tells_participant)
    return rng.permuted(chosen, axis=1)  # otherwise everybody's first answer would be the calmest


def _tells_participant(ranks: npt.NDArray[np.int64]) -> float:
    """How much the participant reveals about the score: the spread of means, plus those with a single category."""
    scores = _spread(ranks)
    thresholds = Thresholds()
    categories = [{thresholds.index(score) for score in row} for row in scores.tolist()]
    return float(scores.mean(axis=1).std()) + sum(len(seen) == 1 for seen in categories if ranks.shape[1] > 1)


def _spread(ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Map ranks to scores distributed as in RecruitView: mean 0, long tails, 37, 27 and 36 % by category."""
    return np.asarray(SCORE_SCALE * stdtrit(FREEDOM, (ranks + 0.5) / ranks.size), dtype=np.float64)


def _questions(count: int, rng: np.random.Generator) -> list[str]:
    """The questions that one participant answers: the first, and others at random."""
    others = [question for question in QUESTIONS if question != FIRST_QUESTION]
    return [FIRST_QUESTION, *rng.permutation(others)[: count - 1].tolist()]


def _scores(ranks: npt.NDArray[np.int64], rng: np.random.Generator) -> dict[str, npt.NDArray[np.float64]]:
    """All 12 targets of every clip, each of shape (clips,)."""
    main = _spread(ranks)
    scores = {DEFAULT_TARGET: main}
    for name, correlation in CORRELATIONS.items():
        noise = rng.standard_normal(len(main))
        noise -= main * (noise @ main) / max(float(main @ main), 1e-9)  # uncorrelated even in small sets
        noise -= noise.mean()
        noise *= main.std() / max(float(noise.std()), 1e-9)
        scores[name] = correlation * main + math.sqrt(1 - correlation**2) * noise
    return scores


def _transcript(length: float, rng: np.random.Generator) -> str:
    """Lines as Whisper writes them, for `length` seconds."""
    count = max(1, int(length / SENTENCE_SECONDS))
    starts = range(0, SENTENCE_SECONDS * count, SENTENCE_SECONDS)
    sentences = rng.permutation(SENTENCES).tolist()
    return "\n".join(
        f"[{_clock(start)} - {_clock(start + SENTENCE_SECONDS)}] [synthetic] {sentences[index % len(sentences)]}"
        for index, start in enumerate(starts)
    )


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02}:{seconds % 60:02}"
