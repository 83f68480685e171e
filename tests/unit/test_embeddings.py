"""The vectors that a network makes of faces."""

import numpy as np
import pytest

from expressiveness.embeddings import embed_faces, embed_interviews
from expressiveness.extraction import FaceStore
from expressiveness.labels import network_input, reference_face
from tests.face_tables import grey_faces
from tests.interviews import interview
from tests.random_model import random_model

pytestmark = pytest.mark.slow


def test_a_vector_is_what_the_last_layer_decides_from():
    import keras

    model, table = random_model("deviation"), grey_faces(100)
    inputs = network_input(table.crop, reference_face(table, "deviation"), "deviation")

    vectors = embed_faces(model, table)

    normalisation, decision = model.network.layers[-3], model.network.layers[-1]
    decided = decision(normalisation(keras.ops.convert_to_tensor(vectors), training=False))
    assert vectors.shape == (3, 256)
    assert (vectors >= 0).all()  # after the rectifier
    assert np.asarray(decided) == pytest.approx(model.probabilities(inputs), abs=1e-5)


def test_an_interview_has_the_mean_vector_of_its_faces_or_a_reason(tmp_path):
    store, model = FaceStore(tmp_path / "store"), random_model("single")
    interviews = []
    for number in (1, 2, 3):
        video = tmp_path / f"{number}.mp4"
        video.write_bytes(bytes([number]) * 10)
        interviews.append(interview(number, video=video))
    store.save(interviews[0], grey_faces(100))
    store.save(interviews[1], grey_faces(100).select(np.zeros(3, dtype=bool)))

    first, second, third = embed_interviews(model, interviews, store)

    assert first.value == pytest.approx(embed_faces(model, grey_faces(100)).mean(axis=0), rel=1e-5)
    assert (second.value, second.error) == (None, "no face was found in it")
    assert third.value is None
    assert "no faces stored" in third.error
    assert embed_faces(model, grey_faces(100).select(np.zeros(3, dtype=bool))).shape == (0, 256)
