"""The model card: what a trained model is, how it was evaluated, and what it may be used for."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from expressiveness.data import CATEGORIES
from expressiveness.models.conformal import about_sets
from expressiveness.models.families import MODELS
from expressiveness.models.training import DEFAULT_MODEL
from expressiveness.wording import about_frames, counted, figure_rows

TERMS = """\
Academic research only. RecruitView is licensed CC BY-NC 4.0 with gated access: neither its data nor a model trained on
them may be used for real hiring, screening or psychological profiling, nor to identify anybody or to infer gender, age
or ethnicity. Scores are relative judgements of a crowd, without absolute meaning."""


def model_card(record: Mapping[str, Any]) -> str:
    """Write the card of a model as Markdown.

    Args:
        record: the contents of the model's `model.json`.
    """
    data = record["data"]
    return f"""# Facial expressiveness model

Model: {model_in_words(record["config"]["model"])}.

Says of each face in an interview video whether it is {", ".join(CATEGORIES[:-1])} or {CATEGORIES[-1]},
and of each video its category and expected `{record["config"]["target"]}` score. Trained on {record["created"]}.

## Terms of use

{TERMS}

## Data and split

{data.get("interviews", "?")} interviews with faces. Participants: {_counts(data.get("participants"))}.
{_amounts(data)}
{data.get("corrected_faces", 0)} faces were corrected and {data.get("excluded_faces", 0)} excluded by a person.
{_split_sentence(record)}

{_category_rule(record["thresholds"])}
{record.get("sees", "")}

## Held-out figures

{_figures(record["evaluation"])}

{about_sets(record.get("sets"))}

## Limits

- The labels are for whole videos; a frame's category is the model's estimate and was not checked against a label.
- About one clip in six of RecruitView is within 0.1 of a threshold, where the category is close to chance.
- Trained on single speakers facing a camera; other framings, occlusion or heavy compression may mislead.
- Groups of people may score differently in the training data, and a model reproduces that.

Versions: {", ".join(f"{name} {number}" for name, number in record["versions"].items())}.
"""


def model_html(record: Mapping[str, Any]) -> str:
    """How a notebook shows a model: what it judges, its training data, and its held-out figures as a table."""
    config, data, evaluation = record["config"], record["data"], record["evaluation"]
    sentences = [
        f"{model_in_words(config['model'])}.",
        f"Trained on {record['created']} to predict {config['target']}. {record['sees']}",
        _category_rule(record["thresholds"]),
        f"Participants: {_counts(data.get('participants'))}. {_split_sentence(record)}",
        "Not evaluated." if evaluation is None else _judged_on(evaluation),
    ]
    table = "" if evaluation is None else figures_html(evaluation)
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences) + table


def model_in_words(name: str) -> str:
    """Which model it is: its name, whether it is the default, and what judges videos and frames.

    Args:
        name: of a family; one that is not installed here is only named.
    """
    default = " (the default)" if name == DEFAULT_MODEL else ""
    if name not in MODELS:
        return name + default
    family = MODELS[name]
    judges = getattr(family, "judges", family.label)  # families of other packages may have only a label
    return f"{name}{default}: {judges}"


def figures_html(evaluation: Mapping[str, Any]) -> str:
    """The figures of an evaluation as an HTML table."""
    return str(pd.DataFrame(figure_rows(evaluation), columns=["", "value", "95 % interval"]).to_html(index=False))


def _judged_on(evaluation: Mapping[str, Any]) -> str:
    """The verdict, which models of earlier versions lack, and on whom the model was evaluated."""
    return " ".join(
        [
            *([evaluation["verdict"]] if "verdict" in evaluation else []),
            f"On {counted(evaluation['video']['n'], 'video')} of {evaluation['participants']} people.",
            about_frames(evaluation),
        ]
    )


def _category_rule(thresholds: Mapping[str, float]) -> str:
    low, high = thresholds["low"], thresholds["high"]
    return f"Categories by score: {CATEGORIES[0]} < {low:g} <= {CATEGORIES[1]} <= {high:g} < {CATEGORIES[2]}."


def _split_sentence(record: Mapping[str, Any]) -> str:
    if record["config"]["split_by"] == "participant":
        return "No participant is in two of the sets."
    return "Split by frame, as in the notebook: the same people are in all sets, so the figures are too good."


def _amounts(data: dict[str, Any]) -> str:
    return "\n".join(
        f"{what.capitalize()}: {_counts(data[what])}; in training {_counts(data.get(f'train_{what}_by_category'))}."
        for what in ("videos", "faces")
        if what in data  # records of earlier versions have one of them
    )


def _counts(counts: dict[str, int] | None) -> str:
    return ", ".join(f"{name} {count}" for name, count in (counts or {}).items()) or "unknown"


def _figures(evaluation: dict[str, Any] | None) -> str:
    if evaluation is None:
        return "Not evaluated."
    return "\n".join(
        [
            _judged_on(evaluation),
            "",
            "| figure | value | 95 % interval over people |",
            "|---|---|---|",
            *(f"| {label} | {value} | {bounds} |" for label, value, bounds in figure_rows(evaluation)),
        ]
    )
