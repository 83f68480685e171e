"""Label Studio: a task for each video, with the model's stretches as pre-annotations, and the labelling interface.

Decisions of coders are annotations. Label Studio counts frames from 1. Videos are named as files that it serves itself,
below the folder that its settings name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from expressiveness.data import CATEGORIES, COLORS
from expressiveness.exchange.decided import EXCLUDED
from expressiveness.exchange.study_video import PREDICTION, StudyVideo, Track

TASKS, INTERFACE = "tasks.json", "interface.xml"
SERVED = "/data/local-files/?d="
"""How Label Studio calls files below its `LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT`."""


def write_label_studio(videos: Iterable[StudyVideo], folder: Path) -> None:
    """Write `tasks.json` and `interface.xml` into an existing folder."""
    tasks = [_task(video) for video in videos]
    (folder / TASKS).write_text(json.dumps(tasks, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    tree = Xml.ElementTree(_interface())
    Xml.indent(tree)
    tree.write(folder / INTERFACE, encoding="unicode")


def _task(video: StudyVideo) -> dict[str, Any]:
    tracks = {track.name: track for track in video.tracks}
    said = tracks.get(PREDICTION)
    predictions: list[dict[str, Any]] = (
        [{"model_version": "expressiveness", "result": _result(video, said)}] if said else []
    )
    if said and video.predictions and video.predictions.confidence is not None:
        predictions[0]["score"] = round(float(video.predictions.confidence), 4)
    coded = [track for track in tracks.values() if track.coder is not None]
    return {
        "data": {
            "video": SERVED + video.interview.video.name,
            "interview": video.interview.id,
            "participant": video.interview.participant,
        },
        "predictions": predictions,
        "annotations": [{"result": _result(video, track), "lead_time": None} for track in coded],
        "meta": {"coders": [track.coder for track in coded]},
    }


def _result(video: StudyVideo, track: Track) -> list[dict[str, Any]]:
    """A region for each stretch, and a choice for the whole video."""
    common = {"to_name": "video", "original_length": len(video.clock.starts)}
    regions: list[dict[str, Any]] = []
    for number, span in enumerate(track.spans):
        frames = video.clock.frames(span.start, span.end)
        value = {"ranges": [{"start": frames[0], "end": frames[-1]}], "timelinelabels": _labels(span.text)}
        regions.append({"id": f"s{number}", "from_name": "stretch", "type": "timelinelabels", "value": value, **common})
    if track.whole:
        value = {"choices": _labels(track.whole)}
        regions.append({"id": "whole", "from_name": "whole", "type": "choices", "value": value, "to_name": "video"})
    return regions


def _labels(text: str) -> list[str]:
    return [name for name in (*CATEGORIES, EXCLUDED) if name in text]


def _interface() -> Xml.Element:
    view = Xml.Element("View")
    Xml.SubElement(view, "TimelineLabels", name="stretch", toName="video")
    Xml.SubElement(view, "Video", name="video", value="$video", timelineHeight="120")
    Xml.SubElement(view, "Choices", name="whole", toName="video", choice="multiple")
    for name in (*CATEGORIES, EXCLUDED):
        Xml.SubElement(view[0], "Label", value=name, background=COLORS.get(name, "#444444"))
        Xml.SubElement(view[2], "Choice", value=name)
    return view
