"""ELAN: an `.eaf` for each video, with a tier each for prediction, truth, every coder, and transcript.

Read back are the tiers of people. What is said of a whole video has a tier of its own, with one annotation as long as
the video. ELAN has no field for when something was decided, so that is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from expressiveness._io import file_stem
from expressiveness.data import CATEGORIES
from expressiveness.errors import InterviewError, reason
from expressiveness.exchange.coded_files import CodedFile, Found, Problem
from expressiveness.exchange.decided import category_in
from expressiveness.exchange.study_video import CODER, PREDICTION, TRANSCRIPT, TRUTH, Span, StudyVideo

WHOLE = ", whole video"
"""Ends the name of a tier that is about the whole video."""

ID_PROPERTY = "interview"
_VOCABULARY, _TYPE_OF_CATEGORIES, _TYPE_OF_TEXT = "categories", "category", "text"
_OURS = (PREDICTION, TRUTH, TRANSCRIPT)
_OTHER_SHAPES = (Xml.ParseError, OSError, KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError)
"""What the parser raises where a file is no EAF."""


def write_elan(videos: Iterable[StudyVideo], folder: Path) -> None:
    """Write an `.eaf` for each video into an existing folder."""
    for video in videos:
        _document(video).to_file(str(folder / f"{file_stem(video.interview.id)}.eaf"))


def read_elan(file: CodedFile) -> Iterator[Found]:
    """The decisions in an `.eaf`, and what in it cannot be read as one.

    A tier belongs to the person whom ELAN calls its annotator, or else has the tier's name as the coder. A tier without
    a single category, as of a transcript, is left out without a word.

    Raises:
        InterviewError: the file is no EAF, or of none of the interviews.
    """
    from pympi.Elan import Eaf

    try:
        if Xml.fromstring(file.content).tag != "ANNOTATION_DOCUMENT":  # noqa: S314  # expat refuses entities that grow
            raise ValueError("another kind of XML")
        document = Eaf(str(file.path), suppress_version_warning=True)
        properties = dict(document.get_properties())
        media = [one for one in document.media_descriptors if one.get("MEDIA_URL")]
        addresses = [str(one["MEDIA_URL"]) for one in media]
        later = float(media[0].get("TIME_ORIGIN", 0)) / 1000 if media else 0.0
        tiers = {
            str(name): (tier[2].get("ANNOTATOR"), _spans(document, name, later))
            for name, tier in document.tiers.items()
        }
    except _OTHER_SHAPES as error:
        raise InterviewError(
            f"{file.path} cannot be read as ELAN's ({reason(error)}); save it again in ELAN"
        ) from error
    interview = file.interview(properties.get(ID_PROPERTY), *addresses, file.path.name)
    for name, (annotator, spans) in tiers.items():
        if name.removesuffix(WHOLE) in _OURS and not annotator:
            continue
        nameless = ID_PROPERTY in properties and name.removesuffix(WHOLE) == CODER  # as we call nobody's tier
        coder = annotator or ("" if nameless else name.removesuffix(WHOLE))
        said = [category_in(span.text) for span in spans]
        for span, meant in zip(spans, said, strict=True):
            if meant:
                yield file.decision(interview, coder, span, meant, whole=name.endswith(WHOLE))
            elif any(said):
                yield Problem(file.path, f"tier {name!r} at {span.start:.2f} s", f"{span.text!r} is no category")


def _spans(document: Any, tier: str, later: float) -> list[Span]:
    """The annotations of a tier, in seconds of the video.

    Args:
        document: of ELAN.
        tier: its name.
        later: by how many seconds the video is ahead of the annotations.
    """
    found = document.get_annotation_data_for_tier(tier)
    return [Span(start / 1000 + later, end / 1000 + later, value or "") for start, end, value, *_ in found]


def _document(video: StudyVideo) -> Any:
    from pympi.Elan import Eaf

    document = Eaf(author="expressiveness")
    document.remove_tier("default")
    document.add_property(ID_PROPERTY, video.interview.id)
    document.add_language("eng")
    document.add_controlled_vocabulary(_VOCABULARY)
    document.add_cv_description(_VOCABULARY, "eng", "How expressive the face is")
    for number, category in enumerate(CATEGORIES):
        document.add_cv_entry(_VOCABULARY, f"category_{number}", [(category, "eng", None)])
    document.add_linguistic_type(
        _TYPE_OF_CATEGORIES,
        param_dict={
            "LINGUISTIC_TYPE_ID": _TYPE_OF_CATEGORIES,
            "TIME_ALIGNABLE": "true",
            "GRAPHIC_REFERENCES": "false",
            "CONTROLLED_VOCABULARY_REF": _VOCABULARY,
        },
    )
    document.add_linguistic_type(_TYPE_OF_TEXT)
    path = video.interview.video
    document.add_linked_file(path.resolve().as_uri(), relpath=f"./{path.name}", mimetype="video/mp4")
    for track in video.tracks:
        kind = _TYPE_OF_TEXT if track.name == TRANSCRIPT else _TYPE_OF_CATEGORIES
        whole = [Span(0, video.clock.seconds, track.whole)] if track.whole else []
        for name, spans in ((track.name, track.spans), (track.name + WHOLE, whole)):
            if spans:
                document.add_tier(name, kind, part=video.interview.participant, ann=track.coder)
                for span in spans:
                    document.add_annotation(name, *_milliseconds(span), span.text)
    return document


def _milliseconds(span: Span) -> tuple[int, int]:
    start = round(span.start * 1000)
    return start, max(start + 1, round(span.end * 1000))
