"""What docs/architecture.md shows of models, detectors and exports works as it stands there."""

import numpy as np
import pytest

from expressiveness.evaluation import evaluate
from expressiveness.faces import DETECTORS, ExtractionConfig, extract_faces
from expressiveness.models import EXPORTS, MODELS, TrainingConfig, export_model, load_model, predict_interviews, train
from tests.examples import example_of
from tests.interviews import write_portrait_video
from tests.movements import stored_interviews
from tests.random_model import random_model


@pytest.fixture
def example(request):
    """A section's code has been run; what it added is taken back."""
    registry, name, section = request.param
    exec(example_of(section), {"__name__": "example"})
    yield name
    del registry._things[name]


@pytest.mark.slow
@pytest.mark.parametrize("example", [(MODELS, "face_size", "A model")], indirect=True)
def test_a_model_is_trained_judged_saved_and_loaded(example, tmp_path):
    interviews, store = stored_interviews(tmp_path)
    model = train(interviews, store, TrainingConfig(model=example))

    evaluation = evaluate(model, [one for one in interviews if one.id in model.split.test], store)
    again = load_model(model.save(tmp_path / "model"))

    assert len(evaluation.clips) == len(model.split.test)
    [said], [repeated] = (list(predict_interviews(one, interviews[:1], store)) for one in (model, again))
    assert said.value.score == repeated.value.score


@pytest.mark.slow
@pytest.mark.parametrize("example", [(DETECTORS, "haar", "A detector")], indirect=True)
def test_a_detector_finds_faces(example, tmp_path):
    video = write_portrait_video(tmp_path / "a.mp4", frames=6)

    faces = extract_faces(video, ExtractionConfig(detector=example))

    assert len(faces) == 2
    assert np.isnan(faces.keypoints).all()


@pytest.mark.slow
@pytest.mark.parametrize("example", [(EXPORTS, "numpy", "An export")], indirect=True)
def test_an_export_is_written_with_what_to_feed_it(example, tmp_path):
    export_model(random_model(), tmp_path / "out", example)

    assert {"weights.npz", "preprocessing.json", "README.md"} <= {path.name for path in (tmp_path / "out").iterdir()}
    with np.load(tmp_path / "out/weights.npz") as arrays:
        assert sum(array.size for array in arrays.values()) > 100_000
