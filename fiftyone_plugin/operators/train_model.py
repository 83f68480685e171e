"""Train a model on the detected faces: the network, or the movement model."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import fiftyone as fo
import fiftyone.operators as foo
from pydantic import Field

from ..forms import (
    Choices,
    Count,
    Form,
    InterviewOperator,
    Listing,
    Number,
    Progress,
    Stated,
    Text,
    WholeNumber,
    counted,
    parameters,
    target_videos,
)

if TYPE_CHECKING:
    from expressiveness.data import Split

FACE_INPUTS = {
    "deviation": "How each face differs from the clip's mean face; carries over to new people",
    "single": "Single faces, as in the notebook",
}

NEW_SPLIT = "-"
"""Means no earlier run; not a valid run name."""

FEW_PEOPLE = 30
"""With fewer participants, the held-out metrics say little."""

SECONDS_READ_A_SECOND = 4
"""Of video, whose movement is read on one core of an ordinary CPU; only for the estimate."""

FACES_A_SECOND, USUAL_EPOCHS = 700, 25
"""Faces that the network learns from on two cores, and epochs until it stops; only for the estimate."""

MOST_NAMED = 5
"""Participants listed in a warning."""


@parameters
class TrainParameters:
    """What is learned, by what, and from whom."""

    run: Text | None = Field(
        None, title="Name of the run", description="movement_1, movement_2, ... or cnn_1, ... if not given"
    )
    model: Annotated[Text, Choices(Stated("expressiveness.models", "MODELS"))] = Field(
        default_factory=Stated("expressiveness.models", "DEFAULT_MODEL"),
        title="Model",
        description="movement judges how a face moves, and reads the videos for it; notebook_cnn judges single faces",
    )
    target: Text | None = Field(
        None, title="Score to learn", description="The one that the dataset was imported with if not given"
    )
    low: Number | None = Field(None, title="Reserved below", description="As the dataset was imported if not given")
    high: Number | None = Field(None, title="Expressive above", description="As the dataset was imported if not given")
    face_input: Text | None = Field(
        None, title="What the network sees", description="deviation from the clip's mean face, or single crops"
    )
    epochs: Count | None = Field(None, title="Epochs at most", description="Of a network; its own default if not given")
    options: dict[str, Any] | None = Field(None, title="Other options of the model", description="By their names")
    seed: WholeNumber = Field(
        default_factory=Stated("expressiveness.models", "TrainingConfig.seed"),
        title="Seed",
        description="The same seed gives the same model",
    )
    split_of: Text | None = Field(
        None,
        title="Who trains and who is held out",
        description="The people of an earlier run, named here; a new split if not given",
    )


class TrainModel(InterviewOperator[TrainParameters]):
    """Train on stored faces and people's corrections; the model is kept with the dataset as a run."""

    listing = Listing(
        name="train_model",
        label="Train model",
        description="Learn from the faces found, and judge the model on people it has not seen",
        icon="model_training",
    )

    in_background = True
    when_stopped = "Nothing was kept of this run but what was read of the videos; training again goes on from there."

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose the settings, with warnings about the data."""
        from ..dataset import list_runs, require_faces, rule_of

        samples, runs = target_videos(ctx), list_runs(ctx.dataset)
        require_faces(samples)
        split_of = form.chosen("split_of", runs[-1] if runs else None)
        for position, sentence in enumerate(warnings_about(samples, form, split_of)):
            form.warn(f"warning_{position}", sentence)  # first, where it is seen without scrolling
        model = ask_model(form)
        form.note("time", time_for(samples, model))
        if runs:
            same = {earlier: f"Same people as run {earlier}, to compare with it" for earlier in reversed(runs)}
            form.ask("split_of", description="", choices={**same, NEW_SPLIT: "New split, by people"}, default=split_of)
        ask_run(ctx.dataset, form, model)
        usual = rule_of(ctx.dataset, ask_target(ctx.dataset, form)).thresholds
        form.ask("low", description=f"{usual.low:.3g}, as the dataset has it, if empty")
        form.ask("high", description=f"{usual.high:.3g}, as the dataset has it, if empty")
        if face_input := options_of(model).get("face_input"):
            form.ask("face_input", description="", choices=FACE_INPUTS, default=face_input)
        ask_epochs(form, model)
        form.ask("seed")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Train."""
        from expressiveness.evaluation import BETTER
        from expressiveness.models import TrainingConfig

        from ..dataset import list_runs, model_label, record_of, rule_of
        from ..steps import train_model

        chosen = self.read(ctx)
        rule = rule_of(ctx.dataset, chosen.target, low=chosen.low, high=chosen.high)
        config = TrainingConfig(
            model=chosen.model,
            target=rule.target,
            thresholds=rule.thresholds,
            options=_options(chosen),
            seed=chosen.seed,
        )
        split_of = _earlier_run(chosen.split_of)
        run = train_model(target_videos(ctx), config, run=chosen.run, split_of=split_of, progress=progress)
        record = record_of(ctx.dataset, run)
        earlier = record_of(ctx.dataset, split_of) if split_of else None
        failures = {**record["data"]["passed_over"], **record["evaluation"].get("passed_over", {})}
        runs = list_runs(ctx.dataset)
        return {
            "run": run,
            "accuracy": record["evaluation"]["video"]["accuracy"],
            "verdict": record["evaluation"]["verdict"],
            "excluded_faces": record["data"]["excluded_faces"],
            "corrected_faces": record["data"]["corrected_faces"],
            "message": f"Run {run} ({model_label(ctx.dataset, run)}): {_figures(record, earlier, split_of)}",
            "variant": "success" if record["evaluation"]["verdict"].startswith(BETTER) else "warning",
            "failures": [{"id": id, "reason": reason} for id, reason in failures.items()],
            "next": {
                "operator": "@expressiveness/interviews/predict",
                "params": {"run": run, "view_target": "DATASET"},
                "label": f"Predict with {run}{', and compare' if len(runs) > 1 else ''}",
            },
        }


def ask_model(form: Form) -> str:
    """Ask for the model family; return the current choice."""
    from expressiveness.models import MODELS

    from ..dataset import about_model

    parts = {name: str(family.label).partition(":") for name, family in MODELS.items()}
    labels = {name: f"{about_model(name)}{colon}{rest}" for name, (_, colon, rest) in parts.items()}
    return str(form.ask("model", description="", choices=labels, radio=True))


def ask_run(dataset: fo.Dataset, form: Form, model: str) -> None:
    """Ask for the run's name, and report conflicts right away."""
    from expressiveness.errors import ModelError, OutputError

    from ..dataset import next_run_name
    from ..steps import folder_for

    run = form.ask("run", description=f"{next_run_name(dataset, model)} if empty")
    try:
        if run:
            folder_for(dataset, run)
    except (ModelError, OutputError) as error:
        form.refuse(str(error))


def ask_target(dataset: fo.Dataset, form: Form) -> str:
    """Ask for one of the dataset's scores; return the current choice."""
    from ..dataset import imported_measure
    from ..fields import InterviewFields

    scores = InterviewFields.of(dataset).scores
    return str(form.ask("target", description="", choices=list(scores), default=imported_measure(dataset)[0]))


def ask_epochs(form: Form, model: str) -> None:
    """Ask for the maximum number of epochs, if the model family has them."""
    if epochs := options_of(model).get("epochs"):
        form.ask("epochs", description="", default=epochs)


def options_of(model: str) -> dict[str, Any]:
    """A model family's options and their defaults."""
    from expressiveness.models import MODELS

    return asdict(MODELS[model].Options())


def _options(chosen: TrainParameters) -> dict[str, Any]:
    """The options given, without those of a previously chosen model that the form may still contain."""
    known = options_of(chosen.model)
    asked = {"face_input": chosen.face_input, "epochs": chosen.epochs}
    given = {name: value for name, value in asked.items() if value is not None and name in known}
    return {**given, **(chosen.options or {})}


def _earlier_run(split_of: str | None) -> str | None:
    return None if split_of == NEW_SPLIT else split_of


def _figures(record: dict[str, Any], earlier: dict[str, Any] | None, split_of: str | None) -> str:
    """The metrics in words."""
    figures, data = record["evaluation"], record["data"]
    before = f", as against {earlier['evaluation']['video']['accuracy']:.2f} of run {split_of}" if earlier else ""
    return (
        f"{figures['verdict']} Accuracy {figures['video']['accuracy']:.2f} on {figures['video']['n']} videos of people "
        f"it has not seen{before}; people left out {data['excluded_faces']} faces and corrected "
        f"{data['corrected_faces']}."
    )


def time_for(samples: fo.Dataset | fo.DatasetView, model: str) -> str:
    """What a model costs in time, in words."""
    from expressiveness.models import MODELS

    from ..dataset import about_model
    from ..fields import FRAMES_LOOKED_AT

    cores = os.cpu_count() or 1
    if "movement" in MODELS[model].needs:
        minutes = (samples.sum("metadata.duration") or 0) / SECONDS_READ_A_SECOND / cores / 60
        once = "Each video is read once for it, later models go without."
    else:
        faces = samples.sum(FRAMES_LOOKED_AT) or 0
        minutes, once = faces * USUAL_EPOCHS / FACES_A_SECOND / 60, "It stops by itself when it learns no more."
    length = "about a minute or less" if minutes < 1 else f"about {minutes:.0f} minutes"
    return f"{about_model(model)}: {length} for {counted(len(samples), 'video')} on this machine. {once}"


def warnings_about(samples: fo.Dataset | fo.DatasetView, form: Form, split_of: str | None = None) -> list[str]:
    """Problems with training on some interviews."""
    from expressiveness.data import CATEGORIES, participant_name
    from expressiveness.errors import TrainingError

    from ..dataset import rule_of, run_split
    from ..fields import PARTICIPANT, InterviewFields

    dataset = samples._root_dataset
    people = len({participant_name(name) for name in samples.distinct(PARTICIPANT)})
    sentences = []
    if people < FEW_PEOPLE:
        few = counted(people, "participant")
        sentences.append(f"{few}: figures on held-out people are uncertain; {FEW_PEOPLE} are better.")
    try:
        rule = rule_of(dataset, form.chosen("target"), low=form.chosen("low"), high=form.chosen("high"))
    except TrainingError as error:
        sentences.append(str(error))
    else:
        scores = samples.values(InterviewFields.of(dataset).scores[rule.target])
        counts = Counter(rule.thresholds.category(score) for score in scores if score is not None)
        if empty := [category for category in CATEGORIES if not counts[category]]:
            sentences.append(f"No video is {' or '.join(empty)} at these thresholds, so that cannot be learned.")
    if split_of := _earlier_run(split_of):
        sentences += _warnings_about_split(samples, run_split(dataset, split_of), split_of)
    return sentences


def _warnings_about_split(samples: fo.Dataset | fo.DatasetView, split: Split, run: str) -> list[str]:
    """Problems with training on an earlier run's split."""
    from expressiveness.data import participant_name

    from ..fields import INTERVIEW_ID, PARTICIPANT

    sets: dict[str, set[str]] = {}
    new = 0
    for interview, participant in zip(*samples.values([INTERVIEW_ID, PARTICIPANT]), strict=True):
        if known := split.set_of(interview):
            sets.setdefault(participant_name(participant or ""), set()).add(known)
        else:
            new += 1
    sentences = []
    if new:
        sentences.append(f"{counted(new, 'interview')} that run {run} did not know will have no part.")
    if torn := sorted(participant for participant, known in sets.items() if len(known) > 1):
        sentences.append(
            f"Run {run} had the same people in more than one set (participant {', '.join(torn[:MOST_NAMED])}"
            f"{', ...' if len(torn) > MOST_NAMED else ''}), which flatters the figures; choose a new split."
        )
    return sentences
