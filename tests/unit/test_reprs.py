"""What a notebook shows of a record says what is in it, in a line."""

from collections import deque
from dataclasses import is_dataclass
from datetime import datetime, timezone
from importlib import import_module
from inspect import isabstract
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expressiveness.coding import Code, Codings, Consensus, ModelCodes, agreement, rate, settle
from expressiveness.coding import assign as assign_coders
from expressiveness.data import (
    CategoryRule,
    Curation,
    FaceDecision,
    Interview,
    InterviewFolder,
    NamedNeutrals,
    Split,
    Stretch,
    Thresholds,
    inspect_folder,
)
from expressiveness.evaluation import BenchmarkConfig, FrameTruth, Suspect, VideoResults
from expressiveness.exchange import (
    Clock,
    CodedDecision,
    CodedDecisions,
    CodedFile,
    Span,
    StudyExport,
    StudyVideo,
    Track,
)
from expressiveness.faces import ExtractionConfig, Face, FaceStore, face_strip
from expressiveness.intensity import Example, frame_intensity, reasons_of
from expressiveness.intensity.regions import region_shares
from expressiveness.live import LiveReport, MistakeClips
from expressiveness.models import (
    MODELS,
    Calibration,
    CnnOptions,
    ConformalSets,
    FittedMovement,
    HeldOut,
    JudgedFrames,
    TrainingConfig,
    TrainingData,
    faces_of,
)
from expressiveness.movement import MovementStore, neutral_of
from expressiveness.parallel import Outcome
from expressiveness.samples.rendering import SampleConfig
from expressiveness.store import ExtractionReport
from expressiveness.types import Failure
from expressiveness.video import NOTEBOOK_SAMPLING, Frame, VideoInfo
from tests.conftest import REPOSITORY
from tests.face_tables import grey_faces
from tests.interviews import interview, row, write_metadata
from tests.movements import acted, stored_interviews
from tests.random_model import random_model
from tests.unit.faces.test_face_table import table
from tests.unit.reports.test_pages import predictions

MOST = 110  # characters, of a line in a notebook

NUMBERS = tuple(map(float, range(40)))
LONG = "a name that somebody made up and that goes on for longer than anybody needs"

CLOCK = Clock(np.arange(3) / 10)

CODINGS = Codings.of(
    Code(who, "0001", "frame", datetime(2026, 11, 30, tzinfo=timezone.utc), category, frame_number=6, start=0.5)
    for who, category in (("Ada", "Expressive"), ("Ben", "Balanced Expression"))
)
RATINGS = rate(CODINGS, "frame")

RECORDS = {
    "Interview('0001', participant '1', warmth 0.5, 2 more scores)": lambda: Interview(
        "0001", Path("1.mp4"), "1", {"warmth": 0.5, "calm": 1.0, "wit": 2.0}, {"transcript": LONG}
    ),
    "<2 interviews of 1 participant in RecruitView, scores: ": lambda: InterviewFolder(
        Path("RecruitView"), (interview(1), interview(2))
    ),
    "Split(2 train, 1 validation, 0 test interviews)": lambda: Split(("1", "2"), ("3",), ()),
    "Curation(1 face, 0 interviews decided)": lambda: Curation((FaceDecision("0001", 6, excluded=True),)),
    "Sampling(every=5, max_faces=3, horizon=1000)": lambda: NOTEBOOK_SAMPLING,
    "Frame(6, at 0.50 s, 64x48)": lambda: Frame(6, 0.5, np.zeros((48, 64, 3), np.uint8)),
    "VideoInfo(640x480, 4.0 s, 15 frames a second, h264)": lambda: VideoInfo(
        640, 480, 15.0, 60, 4.0, "mov", "h264", "yuv420p", 0.0, 10**6
    ),
    "Face(at 0.25, 0.10, 0.50 wide, 0.50 high, score 0.90)": lambda: Face((0.25, 0.1, 0.5, 0.5), 0.9, np.zeros((6, 2))),
    "FaceStrip(1 face)": lambda: face_strip(grey_faces(50)),
    "FaceTable(4 faces on 2 of 3 frames)": lambda: table(1, 0, 3),
    "FaceStore('faces', every:5, detector auto)": lambda: FaceStore("faces"),
    "ExtractionConfig(every:5, detector auto)": ExtractionConfig,
    "ExtractionReport(3 videos done, 0 stored already, 1 failed: 40 faces)": lambda: ExtractionReport(
        3, failures=[Failure("0004", LONG * 9)], faces=40
    ),
    "Movement(a face on 30 of 30 frames at 10 Hz)": lambda: acted(0.5),
    "MovementStore('faces')": lambda: MovementStore("faces"),
    "Outcome(a.mp4: FramePredictions(1 frame": lambda: Outcome(Path("a.mp4"), predictions([[0.1, 0.2, 0.7]])),
    "FramePredictions(1 frame, Expressive, score +0.50)": lambda: predictions(
        [[0.1, 0.2, 0.7]], category="Expressive", score=0.5
    ),
    "JudgedFrames(1 frame)": lambda: JudgedFrames(np.array([1], np.int32), np.eye(1, 3, dtype=np.float32)),
    "TrainingConfig(seed=3)": lambda: TrainingConfig(model="movement", seed=3),
    "TrainingConfig(model='notebook_cnn', options=CnnOptions(epochs=3))": lambda: TrainingConfig(
        model="notebook_cnn", options={"epochs": 3}
    ),
    "CnnOptions()": CnnOptions,
    "HeldOut(3 videos of 2 people)": lambda: HeldOut(np.eye(3), np.arange(3), ("a", "a", "b")),
    "ConformalSets(promise=0.9, threshold=0.7, people=12)": lambda: ConformalSets(0.9, 0.7, 12),
    "NotebookCnn(CnnOptions(face_input='single'))": lambda: random_model().model,
    "TrainedModel(notebook_cnn, facial_expression, created 20": random_model,
    "Calibration(40 values, cuts at -1 and 1)": lambda: Calibration(
        1.0, (-1.0, 1.0), tuple(range(40)), tuple(range(40))
    ),
    "FittedMovement(slopes: energy 1.00, turning 0.50, shape 0.00, intensity 0.25)": lambda: FittedMovement(
        (1.0,) * 30, (1.0,) * 4, (1.0, 0.5, 0.0, 0.25), 0.0, Calibration(1.0, (-1.0, 1.0), (0.0,), (0.0,))
    ),
    "FrameIntensity(300 trees, 3 networks)": frame_intensity,
    "Neutral(of 1 clip)": lambda: neutral_of([acted(0.5)]),
    "NamedNeutrals(1 participant, 0 bad rows)": lambda: NamedNeutrals((Stretch(interview(1)),)),
    "Reasons(brows above all, 2 telling seconds)": lambda: reasons_of(acted(0.5)),
    "RegionShares(brows ": lambda: region_shares(frame_intensity(), acted(0.5)),
    "Example('0001', 30 frames)": lambda: Example("0001", acted(0.5), (neutral_of([acted(0.5)]),), np.zeros(30)),
    "VideoResults(3 videos of 2 people)": lambda: VideoResults(np.array(["a", "a", "b"]), *[np.zeros(3)] * 4),
    "Suspect('0001', frame 6: Reserved Expression, rather Expressive; quality 0.12)": lambda: Suspect(
        "0001", 6, "Reserved Expression", "Expressive", 0.12345678
    ),
    "Outcome(b.mp4: no such file)": lambda: Outcome(Path("b.mp4"), None, "b.mp4: no such file"),
    "FrameTruth(2 videos)": lambda: FrameTruth({"0001": pd.Series([0.5], [1]), "0002": pd.Series([0.5], [1])}),
    "BenchmarkConfig(folds=3)": lambda: BenchmarkConfig(folds=3),
    "SampleConfig(participants=20, ": lambda: SampleConfig(20, 3, 4.0, 15, (480, 360), 0),
    "LiveReport(100 frames in 4.0 s, a face on 90)": lambda: LiveReport(100, 100, 90, 4.0, deque(range(100))),
    "CodedDecision('0001', 0.10 to 0.20 s: Expressive, by 'Ada')": lambda: CodedDecision(
        "0001", "Ada", "frame", 0.1, 0.2, "Expressive"
    ),
    "CodedDecisions(1 decision by 1 coder, 0 problems)": lambda: CodedDecisions(
        (CodedDecision("0001", "Ada", "video", 0, 1, "Expressive"),), (), {}
    ),
    "CodedFile('0001.eaf')": lambda: CodedFile(Path("in/0001.eaf"), None),
    "Clock(3 frames, 0.30 s)": lambda: CLOCK,
    "Span(0.00 to 1.00 s: ": lambda: Span(0, 1, LONG),
    "Track(coder Ada: 1 span, 'Expressive' of the video)": lambda: Track(
        "coder Ada", (Span(0, 1, LONG),), "Expressive", "Ada"
    ),
    "StudyVideo('0001': truth)": lambda: StudyVideo(
        interview(1), CLOCK, (64, 48), CategoryRule("facial_expression", Thresholds())
    ),
    "StudyExport(elan: 3 videos, 1 failed, 3 files)": lambda: StudyExport(
        LONG, "elan", 3, (LONG,) * 3, (Failure("4", LONG * 9),)
    ),
    "MistakeClips(0 clips, 2 of 9 videos wrong)": lambda: MistakeClips(LONG, 2, 9, (), ()),
    "Assignments(2 interviews for Ada, Ben)": lambda: assign_coders(
        [interview(1), interview(2)], ["Ada", "Ben"], overlap=0
    ),
    "Codings(2 codes by Ada, Ben)": lambda: CODINGS,
    "Ratings(1 frame by Ada, Ben)": lambda: RATINGS,
    "Agreement(1 frame, category, by Ada, Ben)": lambda: agreement(RATINGS),
    "PairAgreement(Ada and Ben, n=1)": lambda: agreement(RATINGS).pairs[0],
    "Settled(1 frame, 1 open)": lambda: settle(CODINGS, "frame"),
    "ModelCodes(0 codes)": lambda: ModelCodes({}),
    "Consensus(1 answer of 2 coders)": lambda: Consensus(CODINGS, np.zeros(1), pd.DataFrame(index=["Ada", "Ben"])),
    "<models: movement, notebook_cnn": lambda: MODELS,
}

SHORT_ANYWAY = {
    "Assignment", "Code", "Feedback", "Figure", "PairedFigure",
    "BadRow", "Clip", "Column", "ColumnMapping", "Confusion", "CategoryRule", "Extracted", "FaceDecision", "Failure",
    "InterviewDecision", "NoOptions", "Problem", "RayCluster", "Shortfall", "Stretch", "Thresholds", "TimedLine",
}  # fmt: skip
"""Public records whose few fields are short, or are sentences."""

TESTED_ELSEWHERE = {
    "BenchmarkResults",
    "Evaluation",
    "Inspection",
    "Job",
    "LabelledClip",
    "LabelledFaces",
    "TrainingData",
}


@pytest.mark.slow
@pytest.mark.parametrize("line", RECORDS, ids=lambda line: line.partition("(")[0])
def test_a_record_is_shown_as_a_line(line):
    shown = repr(RECORDS[line]())

    assert shown.startswith(line)
    assert len(shown) <= MOST


def test_names_that_go_on_are_cut():
    folder = InterviewFolder(Path(LONG), (Interview(LONG, Path(LONG), LONG, dict.fromkeys([LONG, "b", "c"], 0.0)),))

    assert len(repr(folder)) <= MOST
    assert len(repr(folder[0])) <= MOST + len(LONG)
    assert len(repr(FaceStore(f"/{LONG}"))) <= MOST


def is_record(thing):
    return isinstance(thing, type) and is_dataclass(thing) and not isabstract(thing)


@pytest.mark.slow
def test_no_public_record_is_left_out():
    folders = [stub.parent for stub in (REPOSITORY / "expressiveness").glob("[!_]*/__init__.pyi")]
    houses = [import_module(f"expressiveness.{folder.name}") for folder in folders]
    records = {name for house in houses for name in house.__all__ if is_record(getattr(house, name))}
    shown = {type(make()).__name__ for make in RECORDS.values()}

    assert records - shown - SHORT_ANYWAY - TESTED_ELSEWHERE == set()


@pytest.mark.slow
def test_what_is_learned_from_is_shown_by_how_much_it_is(tmp_path):
    interviews, store = stored_interviews(tmp_path, people=2, clips=1)
    split = Split(tuple(one.id for one in interviews), (), ())
    data = TrainingData(interviews, store, TrainingConfig(), split, TrainingConfig().thresholds, (-1.0, 0.0, 1.0))
    clips = list(data.clips("train"))

    assert repr(data) == "TrainingData(2 interviews, Split(2 train, 0 validation, 0 test interviews))"
    assert repr(clips[0]) == "LabelledClip('0001', 6 faces, Reserved Expression)"
    assert repr(faces_of(clips, "single")) == "LabelledFaces(12 faces of 2 interviews)"


def test_reports_are_tables_in_a_notebook_and_run_nothing_that_the_data_holds(tmp_path):
    hostile = "<script>alert(1)</script>"
    found = inspect_folder(write_metadata(tmp_path, row(1, id=hostile, user_no=hostile), b"{"))
    report = ExtractionReport(1, failures=[Failure(hostile, hostile)])

    assert repr(found).endswith(": 1 interview by facial_expression, 1 bad row)")
    assert "1 valid interviews, 1 bad rows" in found._repr_html_()
    assert "&lt;script&gt;" in report._repr_html_()
    assert "<script>" not in report._repr_html_() + found._repr_html_()


def test_tables_have_a_row_for_each_thing_that_they_are_of(tmp_path):
    found = inspect_folder(write_metadata(tmp_path, row(1), row(2)))

    assert table(1, 0, 3).to_pandas()["face_index"].tolist() == [0, 0, 1, 2]
    assert {"jawOpen", "yaw", "size"} < set(acted(0.5).to_pandas())
    assert list(found.to_pandas().index) == ["0001", "0002"]
