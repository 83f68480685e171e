"""What a network makes of faces before it decides: the output of its last hidden layer, a vector a face or a video.

Videos whose vectors are near to each other look alike to the network, whatever category they have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from expressiveness.data import Interview
from expressiveness.errors import StoreError
from expressiveness.faces import FaceStore, FaceTable
from expressiveness.models.preprocessing import network_input, reference_face
from expressiveness.models.trained_model import TrainedModel
from expressiveness.parallel import Outcome

Vectors = npt.NDArray[np.float32]


def embed_interviews(
    model: TrainedModel, interviews: Sequence[Interview], store: FaceStore
) -> Iterator[Outcome[Interview, Vectors]]:
    """Yield each interview's mean vector over its primary faces, of shape (256,) in the notebook's network.

    An interview without stored faces, or with none on any frame, yields the reason.
    """
    embed = _embedder(model)
    for interview in interviews:
        try:
            faces = store.load(interview).primary()
        except StoreError as error:
            yield Outcome(interview, None, str(error))
            continue
        if len(faces):
            yield Outcome(interview, embed(_inputs(model, faces)).mean(axis=0))
        else:
            yield Outcome(interview, None, "no face was found in it")


def _inputs(model: TrainedModel, primary: FaceTable) -> Vectors:
    face_input = model.config.face_input
    return network_input(primary.crop, reference_face(primary, face_input), face_input)


def _embedder(model: TrainedModel) -> Callable[[Vectors], Vectors]:
    """A function from prepared faces, shape (n, 48, 48, 1), to the last hidden layer's output, shape (n, 256)."""
    import keras

    from expressiveness.models.cnn import compiled

    network = model.require_network()
    *_, hidden, _decision = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    return compiled(keras.Model(network.inputs, hidden.output))
