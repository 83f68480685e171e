"""All fields that the plugin writes: name, type, description, and place in the sidebar.

A dataset has one video sample per interview. Detected faces, with a category that reviewers can correct, are in the
frame label `faces`. Each run adds a frame label and some sample fields of its own, so that models can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import product
from typing import Any

import fiftyone as fo

from expressiveness.data import ATTRIBUTES, CATEGORIES, COLORS, DEFAULT_TARGET, TARGETS, InterviewFolder

INTERVIEW_ID = "interview_id"
PARTICIPANT = "participant"
CATEGORY = "category"
REVIEWED_CATEGORY = "reviewed_category"
FRAMES_LOOKED_AT = "frames_looked_at"
FRAMES_WITHOUT_FACE = "frames_without_face"

SUSPICION = "suspicion"
SUGGESTED_CATEGORY = "suggested_category"
SUGGESTION = "suggestion"

DECIDED_BY = "decided_by"
DECIDED_AT = "decided_at"

FACES = "faces"
FACE_LABEL = "face"
EXCLUDE_TAG = "exclude"
CHECK_TAG = "check"

FACE_ATTRIBUTES = {
    "category": "The category that the face counts as: its video's, until a person decides otherwise",
    "recorded": "Category and exclusion when the plugin last wrote them; a difference was made by hand in the App",
    "decided_by": "Who decided on the face",
    "decided_at": "When, in UTC",
}
"""Text attributes of the primary faces in `faces`."""

_FRAME_ATTRIBUTES = {
    "truth": fo.StringField,
    "correct": fo.BooleanField,
    "margin": fo.FloatField,  # between the two most probable categories
    "offset": fo.FloatField,  # of the frame's score from the video's, if the model knows it
}
"""Attributes of a run's frame labels, besides category and confidence."""

RIGHT_COLOR, WRONG_COLOR = "#2f7fbf", "#b8501f"
"""Of verdicts in the grid, as in the review panel's matrix."""

CONFIDENT = 0.8
"""Minimum probability of a confident prediction."""

UNCERTAIN = 0.1
"""Maximum difference between the two highest probabilities of an uncertain prediction."""

_DESCRIPTIONS = {
    INTERVIEW_ID: "The interview's id, as the data has it",
    PARTICIPANT: "Who is interviewed; no participant is in two sets of a split",
    CATEGORY: "The category that the score gives at the thresholds",
    REVIEWED_CATEGORY: "The category that a person decided on; outranks the score's when training",
    SUSPICION: "How suspicious the category is, 0 to 1: how improbable a model that learned from others finds it",
    SUGGESTED_CATEGORY: "The category that this model finds the most probable",
    SUGGESTION: "Both in short, for the grid: the category given, and the one that is more probable",
    DECIDED_BY: "Who last decided on the whole video",
    DECIDED_AT: "When, in UTC",
    FRAMES_LOOKED_AT: "How many frames faces were looked for on",
    FRAMES_WITHOUT_FACE: "On how many of those no face was found",
}

_OF_ATTRIBUTES = {
    "question_id": "The question's number",
    "question": "The question that is answered",
    "duration": "How long the answer is: short, medium or long",
    "video_quality": "High or Low, as RecruitView has it",
    "transcript": "What is said, with times; may hold names",
}

INFO_KEY = "expressiveness"
"""Key of the plugin's metadata in `dataset.info`."""

CODING_OF = "coding_of"
"""Key of that metadata in a dataset that was made to code a study: the id of the study's dataset."""


@dataclass(frozen=True, slots=True)
class InterviewFields:
    """Field names of an interview's scores and attributes, by their names in the data."""

    scores: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: fo.Dataset) -> InterviewFields:
        """Those of a dataset; RecruitView's, if it was imported by an early version."""
        info = dataset.info.get(INFO_KEY, {})
        return cls(info["scores"], info["attributes"]) if "scores" in info else RECRUITVIEW

    def with_those_of(self, folder: InterviewFolder, schema: Iterable[str]) -> InterviewFields:
        """Add fields for a folder's other columns, changing names that are taken or invalid as fields."""
        taken = {*_OURS, *schema}
        scores, attributes = dict(self.scores), dict(self.attributes)
        for names, found in ((scores, folder.scores), (attributes, folder.attributes)):
            for name in found:
                if name not in names:
                    names[name] = _free_name(name, taken)
                    taken.add(names[name])
        return InterviewFields(scores, attributes)

    def as_dict(self) -> dict[str, Any]:
        """The form stored in `dataset.info`."""
        return asdict(self)


RECRUITVIEW = InterviewFields(dict(zip(TARGETS, TARGETS, strict=True)), dict(zip(ATTRIBUTES, ATTRIBUTES, strict=True)))

_OURS = frozenset({*_DESCRIPTIONS, FACES, "id", "frames"})


def _free_name(name: str, taken: Iterable[str]) -> str:
    words = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    free = words if words[:1].isalpha() else f"column_{words}"
    while free in taken or hasattr(fo.Sample, free):  # a sample's own attributes, such as `tags`
        free += "_"
    return free


@dataclass(frozen=True, slots=True)
class RunFields:
    """Names of a run's fields, all derived from its own name."""

    run: str

    @property
    def faces(self) -> str:
        """Frame label: the primary face of each frame, with the predicted category."""
        return self.run

    @property
    def video(self) -> str:
        """Sample label: the video's predicted category."""
        return f"{self.run}_video"

    @property
    def verdict(self) -> str:
        """Sample and frame text, for the grid: the true and the predicted category, see `verdict_of`."""
        return f"{self.run}_verdict"

    @property
    def stretches(self) -> str:
        """Sample label: stretches of time with one predicted and one true category."""
        return f"{self.run}_stretches"

    @property
    def score(self) -> str:
        """Sample number: the video's expected score."""
        return f"{self.run}_score"

    @property
    def accuracy(self) -> str:
        """Sample number: the share of the video's frames that were classified correctly."""
        return f"{self.run}_accuracy"

    @property
    def split(self) -> str:
        """Sample text: the interview's set (train, validation or test) in the run's split."""
        return f"{self.run}_split"

    @property
    def embedding(self) -> str:
        """Sample vector: the mean over the video's faces of the network's last hidden layer."""
        return f"{self.run}_embedding"

    @property
    def uniqueness(self) -> str:
        """Sample number: how different the video's embedding is from its nearest neighbours."""
        return f"{self.run}_uniqueness"

    @property
    def descriptions(self) -> dict[str, str]:
        """The description of each field, which also identifies the run's own fields."""
        return {
            self.faces: f"The category that run {self.run} predicts for the primary face",
            self.video: f"The video's category, as run {self.run} predicts it",
            self.verdict: f"True -> predicted by run {self.run}: R is Reserved, B Balanced, E Expressive",
            self.stretches: f"The category that run {self.run} predicts, from each frame looked at until the next one",
            self.score: f"The score that run {self.run} expects",
            self.accuracy: f"The share of the frames that run {self.run} classified right",
            self.split: f"The set that the interview was in when run {self.run} was trained",
            self.embedding: f"What the last hidden layer of run {self.run} makes of the video's faces, on average",
            self.uniqueness: f"How unlike its nearest neighbours the video is, by the vectors of run {self.run}",
        }


def verdict_of(truth: str, predicted: str | None) -> str | None:
    """The true and the predicted category in short, as in "R -> B" (with an arrow); None if nothing is predicted."""
    return f"{truth[0]} \N{RIGHTWARDS ARROW} {predicted[0]}" if predicted else None


def field_in_the_way(dataset: fo.Dataset, run: str, others: Iterable[str]) -> str | None:
    """A field of someone else that a run would overwrite; None if there is none.

    Args:
        dataset: the run's dataset.
        run: the run's name.
        others: names of the other runs, whose fields may not exist yet.
    """
    wanted = RunFields(run).descriptions
    taken = {*_OWN, *(name for other in others for name in RunFields(other).descriptions)}
    for schema in (dataset.get_field_schema(), dataset.get_frame_field_schema() or {}):
        taken |= {name for name, field in schema.items() if field.description != wanted.get(name)}
    return next((name for name in wanted if name in taken), None)


def declare_interview_fields(dataset: fo.Dataset) -> None:
    """Add the fields of interviews and faces to a dataset, and set up sidebar and colors."""
    if dataset.media_type is None:
        dataset.media_type = "video"
    for name in (INTERVIEW_ID, PARTICIPANT, DECIDED_BY, DECIDED_AT):
        dataset.add_sample_field(name, fo.StringField, description=_DESCRIPTIONS[name])
    known = InterviewFields.of(dataset)
    for name, path in known.attributes.items():
        dataset.add_sample_field(
            path, fo.StringField, description=_OF_ATTRIBUTES.get(name, f"{name}, as the data has it")
        )
    target = _target(dataset)
    for name, path in known.scores.items():
        use = "gives the category" if name == target else "relative, without absolute meaning"
        dataset.add_sample_field(path, fo.FloatField, description=f"The score {name}; {use}")
    for name in (CATEGORY, REVIEWED_CATEGORY):
        _declare_category(dataset, name)
    for name in (FRAMES_LOOKED_AT, FRAMES_WITHOUT_FACE):
        dataset.add_sample_field(name, fo.IntField, description=_DESCRIPTIONS[name])
    _declare_detections(dataset, FACES, "The faces found, the primary one first, with the category learned from")
    for name, description in FACE_ATTRIBUTES.items():
        dataset.add_frame_field(f"{FACES}.detections.{name}", fo.StringField, description=description)
    dataset.add_frame_field(f"{FACES}.detections.instance", fo.EmbeddedDocumentField, embedded_doc_type=fo.Instance)
    dataset.create_index(INTERVIEW_ID, unique=True)
    dataset.reload()  # otherwise faces lack FiftyOne's own attributes
    lay_out(dataset)


def declare_run_fields(dataset: fo.Dataset, run: str) -> RunFields:
    """Add the fields of a run."""
    try:
        return _add_run_fields(dataset, RunFields(run))
    except ValueError:  # in the App's server, another request has read the dataset anew, whose copy all of them share
        dataset.reload()
        return _add_run_fields(dataset, RunFields(run))


def declare_embedding(dataset: fo.Dataset, run: str) -> RunFields:
    """Add the fields for a run's embeddings."""
    fields = RunFields(run)
    for name, kind in ((fields.embedding, fo.VectorField), (fields.uniqueness, fo.FloatField)):
        dataset.add_sample_field(name, kind, description=fields.descriptions[name])
    lay_out(dataset)
    return fields


def declare_suspicion(dataset: fo.Dataset) -> None:
    """Add the fields for suspicious labels."""
    dataset.add_sample_field(SUSPICION, fo.FloatField, description=_DESCRIPTIONS[SUSPICION])
    _declare_category(dataset, SUGGESTED_CATEGORY)
    dataset.add_sample_field(SUGGESTION, fo.StringField, description=_DESCRIPTIONS[SUGGESTION])
    lay_out(dataset)


def runs_with_fields(dataset: fo.Dataset) -> list[str]:
    """The runs with predictions in the dataset, oldest first."""
    frame_fields = dataset.get_frame_field_schema() or {}
    return [run for run in dataset.list_runs() if run in frame_fields]


def lay_out(dataset: fo.Dataset) -> None:
    """Arrange the sidebar by task, and give every category one color."""
    runs, known = runs_with_fields(dataset), InterviewFields.of(dataset)
    # Earlier fields are drawn on top, so that a run's label covers the word "face" of the same box.
    groups = [
        ("category", [CATEGORY, REVIEWED_CATEGORY, DECIDED_BY, DECIDED_AT, SUSPICION, SUGGESTED_CATEGORY, SUGGESTION]),
        *((f"run {run}", _sidebar_paths(RunFields(run))) for run in reversed(runs)),
        ("faces", [f"frames.{FACES}", FRAMES_LOOKED_AT, FRAMES_WITHOUT_FACE]),
        ("interview", [INTERVIEW_ID, PARTICIPANT, *known.attributes.values()]),
        ("scores", sorted(known.scores.values(), key=lambda path: path != known.scores.get(_target(dataset)))),
    ]
    schema = {*dataset.get_field_schema(), *(f"frames.{name}" for name in dataset.get_frame_field_schema() or {})}
    named = {path for _, paths in groups for path in paths}
    rest = [path for path in sorted(schema) if path not in named and path not in _STANDARD]
    config = dataset.app_config
    config.sidebar_groups = [
        fo.SidebarGroupDocument(name="tags", paths=["tags", "_label_tags"]),
        *(
            fo.SidebarGroupDocument(name=name, paths=[path for path in paths if path in schema])
            for name, paths in groups
        ),
        fo.SidebarGroupDocument(name="other", paths=rest, expanded=False),
        fo.SidebarGroupDocument(name="metadata", paths=_METADATA, expanded=False),
    ]
    config.active_fields = fo.ActiveFields(paths=shown_of(dataset, runs[-1] if runs else None))
    config.color_scheme = _color_scheme(runs)
    dataset.save()


def shown_of(dataset: fo.Dataset, run: str | None) -> list[str]:
    """What the App draws of a run: true and predicted category on the tile, and the faces, with what the run says.

    The Annotate tab edits only visible fields, so the faces that were found are among them.
    """
    if run is None:
        return [CATEGORY, f"frames.{FACES}"]
    fields = RunFields(run)
    summed_up = [fields.verdict] if dataset.has_sample_field(fields.verdict) else [CATEGORY, fields.video]
    return [*summed_up, f"frames.{fields.faces}", f"frames.{FACES}"]


_OWN = frozenset(
    {*_DESCRIPTIONS, FACES, *FACE_ATTRIBUTES, "instance", "index", "label", "frame_number", "frame_id", "support"}
    | {name for kind in (fo.Sample, fo.Frame) for name in dir(kind)}
    | {"id", "filepath", "tags", "metadata", "created_at", "last_modified_at", "frames"}
)
"""FiftyOne's and the plugin's field names, whether or not a dataset has them yet."""

_STANDARD = frozenset({"id", "filepath", "tags", "metadata", "created_at", "last_modified_at", "frames"})
"""FiftyOne's own sample fields."""

_OF_VIDEO = (
    "duration",
    "frame_rate",
    "frame_width",
    "frame_height",
    "total_frame_count",
    "size_bytes",
    "mime_type",
    "encoding_str",
)
_METADATA = ["id", "filepath", "created_at", "last_modified_at", *(f"metadata.{name}" for name in _OF_VIDEO)]
"""A group that the App would otherwise add, empty."""


def _target(dataset: fo.Dataset) -> str:
    return str(dataset.info.get(INFO_KEY, {}).get("target", DEFAULT_TARGET))


def _add_run_fields(dataset: fo.Dataset, fields: RunFields) -> RunFields:
    about = fields.descriptions
    _declare_detections(dataset, fields.faces, about[fields.faces])
    for name, kind in _FRAME_ATTRIBUTES.items():
        dataset.add_frame_field(f"{fields.faces}.detections.{name}", kind)
    names = ", ".join(CATEGORIES)
    dataset.add_frame_field(
        f"{fields.faces}.detections.probabilities",
        fo.ListField,
        subfield=fo.FloatField,
        description=f"Of {names}, in this order",
    )
    dataset.add_frame_field(f"{fields.faces}.detections.shares", fo.StringField, description="The same in words")
    dataset.add_sample_field(
        fields.video,
        fo.EmbeddedDocumentField,
        embedded_doc_type=fo.Classification,
        description=about[fields.video],
    )
    for add in (dataset.add_sample_field, dataset.add_frame_field):
        add(fields.verdict, fo.StringField, description=about[fields.verdict])
    dataset.add_sample_field(f"{fields.video}.truth", fo.StringField)
    dataset.add_sample_field(f"{fields.video}.correct", fo.BooleanField)
    dataset.add_sample_field(
        fields.stretches,
        fo.EmbeddedDocumentField,
        embedded_doc_type=fo.TemporalDetections,
        description=about[fields.stretches],
    )
    counts = dict.fromkeys(("judged", "confident", "uncertain"), fo.IntField)
    for name, kind in {"truth": fo.StringField, "correct": fo.BooleanField, **counts}.items():
        dataset.add_sample_field(f"{fields.stretches}.detections.{name}", kind)
    for name, kind in ((fields.score, fo.FloatField), (fields.accuracy, fo.FloatField), (fields.split, fo.StringField)):
        dataset.add_sample_field(name, kind, description=about[name])
    lay_out(dataset)
    return fields


def _declare_category(dataset: fo.Dataset, name: str) -> None:
    dataset.add_sample_field(
        name, fo.EmbeddedDocumentField, embedded_doc_type=fo.Classification, description=_DESCRIPTIONS[name]
    )


def _declare_detections(dataset: fo.Dataset, name: str, description: str) -> None:
    dataset.add_frame_field(name, fo.EmbeddedDocumentField, embedded_doc_type=fo.Detections, description=description)


def _sidebar_paths(fields: RunFields) -> list[str]:
    of_samples = [fields.verdict, fields.video, fields.stretches, fields.score, fields.accuracy, fields.split]
    return [f"frames.{fields.faces}", *of_samples, fields.uniqueness]


def _color_scheme(runs: list[str]) -> fo.ColorScheme:
    """Color labels by value, so that a category has the same color everywhere."""
    by_category = [{"value": name, "color": COLORS[name]} for name in CATEGORIES]
    labels = [CATEGORY, REVIEWED_CATEGORY, SUGGESTED_CATEGORY]
    for run in map(RunFields, runs):
        labels += [f"frames.{run.faces}", run.faces, run.video, run.stretches]  # patch views omit "frames."
    by_label = [{"path": path, "colorByAttribute": "label", "valueColors": by_category} for path in labels]
    faces = {"path": f"frames.{FACES}", "colorByAttribute": "category", "valueColors": by_category}
    by_verdict = [
        {"value": verdict_of(truth, said), "color": RIGHT_COLOR if truth == said else WRONG_COLOR}
        for truth, said in product(CATEGORIES, CATEGORIES)
    ]
    verdicts = [{"path": RunFields(run).verdict, "valueColors": by_verdict} for run in runs]
    return fo.ColorScheme(color_by="value", color_pool=list(COLORS.values()), fields=[faces, *by_label, *verdicts])
