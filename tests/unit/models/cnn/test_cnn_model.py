"""The vectors that a network makes of faces."""

import numpy as np
import pytest

from expressiveness.faces import FaceStore
from expressiveness.models import embed_interviews, network_input, reference_face
from tests.face_tables import grey_faces
from tests.interviews import interview
from tests.random_model import outputs, random_model

pytestmark = pytest.mark.slow


def stored(folder, *tables):
    """A store of some face tables, and their interviews; one whose table is None was not looked at."""
    store, interviews = FaceStore(folder / "store"), []
    for number, table in enumerate(tables, start=1):
        video = folder / f"{number}.mp4"
        video.write_bytes(bytes([number]) * 10)
        interviews.append(interview(number, video=video))
        if table is not None:
            store.save(interviews[-1], table)
    return store, interviews


def test_a_vector_is_what_the_last_layer_decides_from(tmp_path):
    import keras

    model, face = random_model("deviation"), grey_faces(100).select(np.array([True, False, False]))
    inputs = network_input(face.crop, reference_face(face, "deviation"), "deviation")
    store, interviews = stored(tmp_path, face)

    [outcome] = embed_interviews(model, interviews, store)

    normalisation, decision = model.model.network.layers[-3], model.model.network.layers[-1]
    decided = decision(normalisation(keras.ops.convert_to_tensor(outcome.value[None]), training=False))
    assert outcome.value.shape == (256,)
    assert (outcome.value >= 0).all()  # after the rectifier
    assert np.asarray(decided) == pytest.approx(outputs(model, inputs), abs=1e-5)


def test_an_interview_has_the_mean_vector_of_its_faces_or_a_reason(tmp_path):
    model, faces = random_model("single"), grey_faces(100)
    single = [faces.select(np.arange(len(faces)) == row) for row in range(len(faces))]
    store, interviews = stored(tmp_path, faces, faces.select(np.zeros(len(faces), dtype=bool)), None, *single)

    whole, without, unseen, *each = embed_interviews(model, interviews, store)

    assert whole.value == pytest.approx(np.mean([outcome.value for outcome in each], axis=0), abs=1e-5)
    assert (without.value, without.error) == (None, "no face was found in it")
    assert unseen.value is None
    assert "no faces stored" in unseen.error
