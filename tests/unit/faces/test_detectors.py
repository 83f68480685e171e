"""A detector from elsewhere finds faces like ours do, and nothing of ours knows it."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from expressiveness.errors import ConfigError
from expressiveness.faces import (
    DETECTORS,
    ExtractionConfig,
    FaceStore,
    detector_labels,
    extract_faces,
    extract_interviews,
)
from expressiveness.models import predict_videos
from tests.conftest import REPOSITORY
from tests.interviews import interview, row, write_metadata, write_portrait_video
from tests.random_model import random_model
from tests.third_party_detector import HaarDetector


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return write_portrait_video(tmp_path_factory.mktemp("clip") / "1.mp4")


@pytest.fixture
def haar(monkeypatch):
    """The detector under the name by which a script would have added it."""
    monkeypatch.setitem(DETECTORS._things, "haar", HaarDetector)
    return "haar"


@pytest.mark.slow
def test_its_faces_are_extracted_stored_and_read(haar, video, tmp_path):
    store = FaceStore(tmp_path, ExtractionConfig(detector=haar))

    report = extract_interviews([interview(1, video=video)], store, workers=1)
    faces = FaceStore.open(tmp_path).load(interview(1, video=video))

    assert (report.succeeded, report.failures) == (1, [])
    assert faces.frame_number.tolist() == faces.sampled_number.tolist() == [1, 6, 11]
    assert np.isnan(faces.keypoints).all()
    assert np.allclose(faces.box[:, 2:], extract_faces(video).box[:, 2:], atol=0.15)


@pytest.mark.slow
def test_a_package_brings_it_by_an_entry_point(tmp_path):
    folder = write_metadata(tmp_path / "interviews", row(1))
    write_portrait_video(folder / "videos" / "vid_0001.mp4", frames=6)
    package = tmp_path / "site" / "haar-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Name: haar\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(
        "[expressiveness.detectors]\nhaar = tests.third_party_detector:HaarDetector\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{package.parent}"}
    cli = [sys.executable, "-c", "from expressiveness.cli import main; raise SystemExit(main())"]
    command = [*cli, "extract", folder, "--out", tmp_path / "faces", "--detector", "haar"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert ": 2 faces on 2 frames" in done.stdout
    with pytest.raises(ConfigError, match="no detector 'haar'"):
        ExtractionConfig(detector="haar")
    assert FaceStore.open(tmp_path / "faces").config.detector == "haar"  # stored faces are of use without it


@pytest.mark.slow
def test_a_model_of_its_faces_predicts_with_it(haar, video):
    model = replace(random_model(), extraction=ExtractionConfig(detector=haar))

    [outcome] = predict_videos(model, [video], workers=1)

    assert outcome.value.frame_number.tolist() == [1, 6, 11]


def test_forms_show_every_detector(haar):
    assert detector_labels() == {
        "auto": "auto: short range, then full range where it found nothing",
        "short": "short: short range, to 2 m",
        "full": "full: full range, to 5 m",
        "haar": "haar: Haar cascade, frontal faces",
    }


@pytest.mark.parametrize("maker", [type("Mine", (), {"__module__": "__main__"}), lambda confidence: None])
def test_one_that_workers_cannot_import_is_refused_before_any_work(maker, monkeypatch, video, tmp_path):
    monkeypatch.setitem(DETECTORS._things, "mine", maker)
    monkeypatch.setattr(sys.modules["__main__"], "Mine", maker, raising=False)
    store = FaceStore(tmp_path / "faces", ExtractionConfig(detector="mine"))

    with pytest.raises(ConfigError, match="workers cannot import detector 'mine' from a script or notebook; move it"):
        extract_interviews([interview(1, video=video)], store)
    assert not store.root.exists()


def test_turning_faces_needs_eyes(haar, video):
    with pytest.raises(ConfigError, match="does not say where the eyes are"):
        extract_faces(video, ExtractionConfig(detector=haar, align=True))


def test_a_detector_that_can_be_closed_is_closed(video, monkeypatch):
    closed = []
    made = type("Closing", (HaarDetector,), {"close": lambda self: closed.append(self)})
    monkeypatch.setitem(DETECTORS._things, "closing", made)

    extract_faces(video, ExtractionConfig(detector="closing"))

    assert len(closed) == 1


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"detector": "ful"}, "did you mean 'full'"),
        ({"detector": "huge"}, "choose from auto, short, full"),
        ({"confidence": 1.5}, "ExtractionConfig: confidence is 1.5; input should be less than or equal to 1"),
        ({"align": "no"}, "align is 'no'; input should be a valid boolean"),
        ({"detectors": "full"}, "detectors is 'full'; unexpected keyword argument"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, sentence):
    with pytest.raises(ConfigError, match=sentence):
        ExtractionConfig(**settings)
