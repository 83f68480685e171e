"""Train a model on the faces that were found: the network, or the model of movement."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import (
    InterviewOperator,
    Listing,
    Progress,
    choose,
    counted,
    number,
    one_of,
    refuse,
    target_videos,
    text,
    warn,
    whole_number,
    yes_or_no,
)

if TYPE_CHECKING:
    from expressiveness.data import CategoryRule, Split

FACE_INPUTS = {
    "deviation": "How each face differs from the clip's mean face; carries over to new people",
    "single": "Single faces, as in the notebook",
}

NEW_SPLIT = "-"
"""Stands for no earlier run; none can have this name."""

FEW_PEOPLE = 30
"""With fewer participants the held-out figures say little."""

MOST_NAMED = 5
"""Participants that a warning lists."""


class TrainModel(InterviewOperator):
    """Train on stored faces and people's corrections; the model is kept with the dataset as a run."""

    listing = Listing(
        name="train_model",
        label="Train model",
        description="Learn from the faces found, and judge the model on people it has not seen",
        icon="model_training",
    )

    def __call__(
        self,
        samples: fo.Dataset | fo.DatasetView,
        run: str | None = None,
        model: str = "notebook_cnn",
        target: str | None = None,
        low: float | None = None,
        high: float | None = None,
        face_input: str | None = None,
        epochs: int | None = None,
        seed: int = 0,
        split_of: str | None = None,
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Train a model.

        Args:
            samples: a dataset of interviews with faces, or a view of one
            run (None): the run's name; cnn_1, cnn_2, ... or movement_1, ... if None
            model ("notebook_cnn"): "notebook_cnn", which judges single faces, or "movement", which judges how a face
                moves over a video and reads the videos once more
            target (None): the score that gives the categories; the one that the dataset was imported with if None
            low (None): Reserved is below this score; as the dataset was imported if None
            high (None): Expressive is above this score; as the dataset was imported if None
            face_input ("deviation"): what the network sees: the "deviation" from the clip's mean face, or "single"
                crops as in the notebook
            epochs (50): the most that the network trains for
            seed (0): the same seed gives the same model
            split_of (None): an earlier run whose people train, validate and test again; a new split if None
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"run": run, "model": model, "target": target, "low": low, "high": high, "face_input": face_input}
        params |= {"epochs": epochs, "seed": seed, "split_of": split_of}
        return foo.execute_operator(self.uri, view=samples.view(), params=params, request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose what to learn, and see what would spoil it."""
        from ..dataset import list_runs, require_faces, rule_of

        samples = target_videos(ctx)
        require_faces(samples)
        model = chosen_model(ctx)
        choose(inputs, "model", model_labels(), radio=True, default=model, label="Model")
        name_run(ctx, inputs, model)
        choose_target(ctx, inputs)
        usual = rule_of(ctx.dataset, chosen_target(ctx)).thresholds
        inputs.float("low", label="Reserved below", description=f"{usual.low:.3g} if empty")
        inputs.float("high", label="Expressive above", description=f"{usual.high:.3g} if empty")
        if runs := list_runs(ctx.dataset):
            same = {earlier: f"Same people as run {earlier}, to compare with it" for earlier in reversed(runs)}
            splits = {NEW_SPLIT: "New split, by people", **same}
            choose(inputs, "split_of", splits, default=NEW_SPLIT, label="Who trains and who is held out")
        options = options_of(model)
        if "face_input" in options:
            choose(inputs, "face_input", FACE_INPUTS, default=options["face_input"], label="What the network sees")
        if "epochs" in options:
            inputs.int("epochs", default=options["epochs"], min=1, label="Epochs at most")
        inputs.int("seed", default=0, label="Seed")
        for position, sentence in enumerate(warnings_about(samples, ctx)):
            warn(inputs, f"warning_{position}", sentence)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Train."""
        from expressiveness.models import TrainingConfig

        from ..dataset import load_run_record
        from ..steps import train_model

        run, model, rule = text(ctx, "run", None), chosen_model(ctx), _rule(ctx)
        config = TrainingConfig(
            model=model,
            target=rule.target,
            thresholds=rule.thresholds,
            options=_options(ctx, model),
            seed=whole_number(ctx, "seed", 0),
        )
        split_of = _split_of(ctx)
        run = train_model(target_videos(ctx), config, run=run, split_of=split_of, progress=progress)
        record = load_run_record(ctx.dataset, run)
        earlier = load_run_record(ctx.dataset, split_of) if split_of else None
        return {
            "run": run,
            "accuracy": record["evaluation"]["video"]["accuracy"],
            "excluded_faces": record["data"]["excluded_faces"],
            "corrected_faces": record["data"]["corrected_faces"],
            "message": f"Run {run}: {_figures(record, earlier, split_of)}. Next: Predict.",
        }


def name_run(ctx: foo.executor.ExecutionContext, inputs: types.Object, model: str) -> None:
    """Ask for the name of a run, and say at once if it would write over what is not the run's."""
    from expressiveness.errors import ModelError, OutputError

    from ..dataset import next_run_name
    from ..steps import folder_for

    inputs.str("run", label="Name of the run", description=f"{next_run_name(ctx.dataset, model)} if empty")
    try:
        if run := text(ctx, "run", None):
            folder_for(ctx.dataset, run)
    except (ModelError, OutputError) as error:
        refuse(inputs, str(error))


def chosen_model(ctx: foo.executor.ExecutionContext) -> str:
    """The family of models that the person chose; the first, where they have not yet."""
    from expressiveness.models import MODELS

    return str(one_of(ctx, "model", MODELS, next(iter(MODELS))))


def model_labels() -> dict[str, str]:
    """By name, what a person who chooses a model reads."""
    from expressiveness.models import MODELS

    return {name: family.label for name, family in MODELS.items()}


def options_of(model: str) -> dict[str, Any]:
    """The options of a family of models, with their defaults."""
    from expressiveness.models import MODELS

    return asdict(MODELS[model].Options())


def choose_target(ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
    """Offer the scores that a dataset has."""
    from ..dataset import imported_measure
    from ..fields import InterviewFields

    scores = {name: name for name in InterviewFields.of(ctx.dataset).scores}
    choose(inputs, "target", scores, default=imported_measure(ctx.dataset)[0], label="Score to learn")


def chosen_target(ctx: foo.executor.ExecutionContext) -> str:
    """The score that the person chose to learn; the one that the dataset was imported with, where they have not yet."""
    from ..dataset import imported_measure
    from ..fields import InterviewFields

    return str(one_of(ctx, "target", InterviewFields.of(ctx.dataset).scores, imported_measure(ctx.dataset)[0]))


def _rule(ctx: foo.executor.ExecutionContext) -> CategoryRule:
    from ..dataset import rule_of

    return rule_of(ctx.dataset, chosen_target(ctx), low=number(ctx, "low", None), high=number(ctx, "high", None))


def _options(ctx: foo.executor.ExecutionContext, model: str) -> dict[str, Any]:
    """The options of a family of models that were given, each of its default's kind."""
    given = {}
    for name, default in options_of(model).items():
        if isinstance(default, bool):
            value: Any = yes_or_no(ctx, name, default)
        elif isinstance(default, int):
            value = whole_number(ctx, name, default, least=1)
        elif isinstance(default, float):
            value = number(ctx, name, default)
        elif name == "face_input":
            value = one_of(ctx, name, FACE_INPUTS, default)
        else:
            value = text(ctx, name, default)
        given[name] = value
    return given


def _split_of(ctx: foo.executor.ExecutionContext) -> str | None:
    split_of = text(ctx, "split_of", NEW_SPLIT)
    return None if split_of == NEW_SPLIT else split_of


def _figures(record: dict[str, Any], earlier: dict[str, Any] | None, split_of: str | None) -> str:
    """What came out, in words."""
    video, data = record["evaluation"]["video"], record["data"]
    then = f", as against {earlier['evaluation']['video']['accuracy']:.2f} of run {split_of}" if earlier else ""
    people = f"on {video['n']} videos of people it has not seen (majority class {video['majority_accuracy']:.2f})"
    decided = f"; people left out {data['excluded_faces']} faces and corrected {data['corrected_faces']}"
    return f"accuracy {video['accuracy']:.2f} {people}{then}{decided}"


def warnings_about(samples: fo.Dataset | fo.DatasetView, ctx: foo.executor.ExecutionContext) -> list[str]:
    """What would spoil the result of training on some interviews."""
    from expressiveness.data import CATEGORIES
    from expressiveness.errors import TrainingError

    from ..dataset import load_run_split
    from ..fields import PARTICIPANT, InterviewFields

    people = len(samples.distinct(PARTICIPANT))
    sentences = []
    if people < FEW_PEOPLE:
        few = counted(people, "participant")
        sentences.append(f"{few}: figures on held-out people are uncertain; {FEW_PEOPLE} are better.")
    try:
        rule = _rule(ctx)
    except TrainingError as error:
        sentences.append(str(error))
    else:
        scores = samples.values(InterviewFields.of(ctx.dataset).scores[rule.target])
        counts = Counter(rule.thresholds.category(score) for score in scores if score is not None)
        if empty := [category for category in CATEGORIES if not counts[category]]:
            sentences.append(f"No video is {' or '.join(empty)} at these thresholds, so that cannot be learned.")
    if split_of := _split_of(ctx):
        sentences += _warnings_about_split(samples, load_run_split(ctx.dataset, split_of), split_of)
    return sentences


def _warnings_about_split(samples: fo.Dataset | fo.DatasetView, split: Split, run: str) -> list[str]:
    """What would spoil the result of training on an earlier run's split."""
    from ..fields import INTERVIEW_ID, PARTICIPANT

    sets: dict[str, set[str]] = {}
    new = 0
    for interview, participant in zip(*samples.values([INTERVIEW_ID, PARTICIPANT]), strict=True):
        if known := split.set_of(interview):
            sets.setdefault(participant, set()).add(known)
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
