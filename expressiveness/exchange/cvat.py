"""CVAT: annotations of a video task, "CVAT for video 1.1", as an `.xml` for each video, and `labels.json` for the task.

The face is a track of boxes whose attribute `category` may change from frame to frame: one track by the model, to be
corrected, and one for each coder. Without predictions there are no boxes, and a track is as large as the picture. CVAT
counts frames from 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np

from expressiveness._io import file_stem
from expressiveness.data import CATEGORIES
from expressiveness.errors import InterviewError
from expressiveness.exchange.coded_files import CodedFile, Found, Problem
from expressiveness.exchange.decided import EXCLUDED, CodedDecision, by_coder, category_in, coders_of
from expressiveness.exchange.study_video import Span, StudyVideo

LABELS = "labels.json"
FACE, WHOLE = "face", "whole video"
_NONE = "__undefined__"
"""CVAT's own word for a choice that was not made."""


def write_cvat(videos: Iterable[StudyVideo], folder: Path) -> None:
    """Write an `.xml` for each video, and the labels of a task, into an existing folder."""
    for video in videos:
        tree = Xml.ElementTree(_annotations(video))
        Xml.indent(tree)
        tree.write(folder / f"{file_stem(video.interview.id)}.xml", encoding="utf-8", xml_declaration=True)
    labels = [{"name": name, "type": "rectangle", "attributes": _attributes()} for name in (FACE, WHOLE)]
    (folder / LABELS).write_text(json.dumps(labels, indent=2) + "\n", encoding="utf-8")


def read_cvat(file: CodedFile) -> Iterator[Found]:
    """The decisions in annotations of CVAT for video, and what in them cannot be read as one.

    A track belongs to the person in its attribute `coder`, or else to whom the task is assigned. What the model drew is
    left out, unless somebody has changed it: CVAT calls that `semi-auto` or `manual`.

    Raises:
        InterviewError: the file is of another kind, or of none of the interviews.
    """
    try:
        root = Xml.fromstring(file.content)  # noqa: S314  # expat refuses entities that grow
    except Xml.ParseError as error:
        raise InterviewError(f"{file.path} is no XML ({error}); export it as CVAT for video 1.1") from error
    if root.tag != "annotations" or root.find("image") is not None:
        raise InterviewError(f"{file.path} is not of CVAT for video 1.1; export it in that format")
    task = root.find("meta/task")
    names = [text for tag in ("meta/task/source", "meta/source", "meta/task/name") if (text := root.findtext(tag))]
    interview = file.interview(root.findtext("meta/task/name"), *names, file.path.name)
    clock = file.interviews.clock(interview)
    assigned = (task.findtext("assignee/username") or task.findtext("owner/username")) if task is not None else None
    for track in root.iter("track"):
        try:
            runs = list(_runs(track))
        except (ValueError, KeyError) as error:
            yield Problem(file.path, f"track {track.get('id')}", f"it cannot be read ({error})")
            continue
        for first, last, text, coder, source in runs:
            if source == "auto" and coder is None:
                continue
            where = f"track {track.get('id')} at frame {first}"
            if last > len(clock.starts) or first < 1:
                yield Problem(file.path, where, f"the video has {len(clock.starts)} frames")
            elif (said := category_in(text)) is None:
                yield Problem(file.path, where, f"{text!r} is no category")
            else:
                who = coder if coder is not None else assigned or "CVAT"
                whole = track.get("label") == WHOLE
                yield file.decision(interview, who, Span(*clock.span(first, last), text), said, whole=whole)


def _runs(track: Xml.Element) -> Iterator[tuple[int, int, str, str | None, str]]:
    """Stretches of equal attributes: first and last frame from 1, category in words, coder and source."""
    boxes = sorted(track.iter("box"), key=lambda box: int(box.attrib["frame"]))
    run: tuple[int, int, str, str | None, str] | None = None
    for box, following in pairwise([*boxes, None]):
        assert box is not None
        if box.get("outside") == "1":
            continue
        first = int(box.attrib["frame"]) + 1
        last = int(following.attrib["frame"]) if following is not None else first
        said = {one.get("name"): (one.text or "").strip() for one in box.iter("attribute")}
        excluded = said.get(EXCLUDED) == "true"
        category = said.get("category", "").replace(_NONE, "")
        text = f"{category} ({EXCLUDED})" if category and excluded else EXCLUDED if excluded else category
        coder = said.get("coder", _NONE)
        source = box.get("source") or track.get("source") or "manual"
        what = (text, None if coder == _NONE else coder, source)
        if run and run[2:] == what and run[1] == first - 1:
            run = (run[0], last, *what)
        else:
            if run:
                yield run
            run = (first, last, *what)
    if run:
        yield run


def _annotations(video: StudyVideo) -> Xml.Element:
    root, count = Xml.Element("annotations"), len(video.clock.starts)
    Xml.SubElement(root, "version").text = "1.1"
    task = Xml.SubElement(Xml.SubElement(root, "meta"), "task")
    told = {"name": video.interview.id, "size": str(count), "mode": "interpolation", "start_frame": "0"}
    for name, text in {**told, "stop_frame": str(count - 1), "source": video.interview.video.name}.items():
        Xml.SubElement(task, name).text = text
    size = Xml.SubElement(task, "original_size")
    for name, value in zip(("width", "height"), video.size, strict=True):
        Xml.SubElement(size, name).text = str(value)
    if video.predicted_runs:
        _add_track(root, video, FACE, video.predicted_runs, coder=None)
    for coder in coders_of(video.decisions):
        own = by_coder(video.decisions, coder)
        for label, of_video in ((FACE, False), (WHOLE, True)):
            if runs := [_frames(video, one) for one in own if (one.unit == "video") == of_video]:
                _add_track(root, video, label, runs, coder=coder)
    return root


def _frames(video: StudyVideo, one: CodedDecision) -> tuple[int, int, str]:
    numbers = video.clock.frames(one.start, one.end)
    return numbers[0], numbers[-1], one.words


def _add_track(
    root: Xml.Element, video: StudyVideo, label: str, runs: Sequence[tuple[int, int, str]], *, coder: str | None
) -> None:
    """Add a track; a box at each judged frame of a run and at its ends, and one outside where nothing follows."""
    source, count = ("auto" if coder is None else "manual"), len(video.clock.starts)
    track = Xml.SubElement(root, "track", id=str(len(root) - 2), label=label, source=source)
    said = video.predictions
    for place, (first, last, text) in enumerate(runs):
        judged = [] if said is None or coder is not None else said.frame_number.tolist()
        for number in sorted({first, last, *(number for number in judged if first <= number <= last)}):
            _add_box(track, video, number, text, coder, outside=False)
        follows = place + 1 < len(runs) and runs[place + 1][0] == last + 1
        if not follows and last < count:
            _add_box(track, video, last + 1, text, coder, outside=True)


def _add_box(
    track: Xml.Element, video: StudyVideo, number: int, text: str, coder: str | None, *, outside: bool
) -> None:
    left, top, right, bottom = _corners(video, number, whole=track.get("label") == WHOLE)
    box = Xml.SubElement(
        track,
        "box",
        frame=str(number - 1),
        outside=str(int(outside)),
        occluded="0",
        keyframe="1",
        xtl=f"{left:.2f}",
        ytl=f"{top:.2f}",
        xbr=f"{right:.2f}",
        ybr=f"{bottom:.2f}",
        z_order="0",
    )
    category, excluded = category_in(text) or (None, False)
    values = {
        "category": category or _NONE,
        EXCLUDED: str(excluded).lower(),
        "coder": _NONE if coder is None else coder,
    }
    for name, value in values.items():
        Xml.SubElement(box, "attribute", name=name).text = value


def _corners(video: StudyVideo, number: int, *, whole: bool) -> tuple[float, float, float, float]:
    """The face on the nearest judged frame in pixels, or else the picture."""
    width, height = video.size
    if whole or video.predictions is None or not len(video.predictions.frame_number):
        return 0, 0, width, height
    x, y, w, h = video.predictions.box[int(np.abs(video.predictions.frame_number - number).argmin())].tolist()
    return (
        max(0.0, x * width),
        max(0.0, y * height),
        min(width, (x + w) * width),
        min(height, (y + h) * height),
    )


def _attributes() -> list[dict[str, object]]:
    return [
        {
            "name": "category",
            "mutable": True,
            "input_type": "radio",
            "default_value": _NONE,
            "values": [_NONE, *CATEGORIES],
        },
        {
            "name": EXCLUDED,
            "mutable": True,
            "input_type": "checkbox",
            "default_value": "false",
            "values": ["false", "true"],
        },
        {"name": "coder", "mutable": False, "input_type": "text", "default_value": _NONE, "values": [_NONE]},
    ]
