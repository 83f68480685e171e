"""Small fully connected networks as plain arrays, so that scikit-learn's can be saved without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from expressiveness.types import Floats

if TYPE_CHECKING:
    from sklearn.neural_network import MLPRegressor


FARTHEST = 4.0
"""Features are clipped to so many standard deviations, beyond which a network would extrapolate."""


@dataclass(frozen=True, slots=True, eq=False)
class PlainNet:
    """A network with ReLU layers and one output, on standardised features."""

    mean: npt.NDArray[np.float32]  # (features,)
    scale: npt.NDArray[np.float32]  # (features,)
    weights: tuple[npt.NDArray[np.float32], ...]  # of each layer, (from, to)
    biases: tuple[npt.NDArray[np.float32], ...]  # of each layer, (to,)

    @classmethod
    def fitted(cls, net: MLPRegressor, mean: Floats, scale: Floats) -> PlainNet:
        """Convert a fitted network, with the mean and scale of its features."""
        weights, biases = (tuple(one.astype(np.float32) for one in arrays) for arrays in (net.coefs_, net.intercepts_))
        return cls(mean.astype(np.float32), scale.astype(np.float32), weights, biases)

    def __call__(self, rows: Floats) -> Floats:
        """Predict rows of shape (n, features), shape (n,)."""
        values = standardised(rows, self.mean, self.scale)
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            values = values @ weight + bias
            values = np.maximum(values, 0) if layer < len(self.weights) else values
        return np.asarray(values[:, 0])

    def numbers(self) -> dict[str, npt.NDArray[np.float32]]:
        """All arrays by name, for saving."""
        layers = {f"weight{n}": one for n, one in enumerate(self.weights)}
        return {"mean": self.mean, "scale": self.scale, **layers, **{f"bias{n}": b for n, b in enumerate(self.biases)}}

    @classmethod
    def of_numbers(cls, numbers: Mapping[str, Any]) -> PlainNet:
        """Build a network from what `numbers` returned."""
        layers = range(sum(name.startswith("weight") for name in numbers))
        weights, biases = (tuple(numbers[f"{kind}{n}"] for n in layers) for kind in ("weight", "bias"))
        return cls(numbers["mean"], numbers["scale"], weights, biases)


def standardised(rows: Floats, mean: npt.NDArray[np.floating], scale: npt.NDArray[np.floating]) -> Floats:
    """Standardise and clip features, shape (n, features)."""
    return np.asarray(np.clip((rows - mean) / scale, -FARTHEST, FARTHEST))
