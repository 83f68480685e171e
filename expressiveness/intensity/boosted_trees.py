"""Boosted regression trees as plain arrays, so that scikit-learn's can be saved without pickle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from expressiveness.types import Floats

if TYPE_CHECKING:
    from sklearn.ensemble import GradientBoostingRegressor


@dataclass(frozen=True, slots=True, eq=False)
class BoostedTrees:
    """t trees of at most m nodes each; a row's value is the start plus the leaf that it reaches in every tree."""

    feature: npt.NDArray[np.int16]  # (t, m) the column that a node tests
    threshold: npt.NDArray[np.float32]  # (t, m) a row goes left if its value is at most this
    left: npt.NDArray[np.int16]  # (t, m) the next node; a leaf points to itself
    right: npt.NDArray[np.int16]  # (t, m)
    value: npt.NDArray[np.float32]  # (t, m) of a leaf
    start: float
    depth: int  # steps from the root to the deepest leaf

    @classmethod
    def grown(cls, model: GradientBoostingRegressor) -> BoostedTrees:
        """Convert a fitted scikit-learn model."""
        trees = [one.tree_ for one in model.estimators_[:, 0]]
        shape = (len(trees), max(tree.node_count for tree in trees))
        feature, left, right = (np.zeros(shape, dtype=np.int16) for _ in range(3))
        threshold, value = (np.zeros(shape, dtype=np.float32) for _ in range(2))
        for row, tree in enumerate(trees):
            nodes, is_leaf = np.arange(tree.node_count), tree.children_left < 0
            columns = slice(0, tree.node_count)
            feature[row, columns] = np.where(is_leaf, 0, tree.feature)
            threshold[row, columns] = tree.threshold
            left[row, columns] = np.where(is_leaf, nodes, tree.children_left)
            right[row, columns] = np.where(is_leaf, nodes, tree.children_right)
            value[row, columns] = model.learning_rate * tree.value[:, 0, 0]
        start = float(model.init_.constant_[0, 0])
        return cls(feature, threshold, left, right, value, start, max(tree.max_depth for tree in trees))

    def numbers(self) -> dict[str, Any]:
        """All fields by name, for saving."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of_numbers(cls, numbers: Mapping[str, Any]) -> BoostedTrees:
        """Build the trees from the arrays that `numbers` returned."""
        return cls(**{**numbers, "start": float(numbers["start"]), "depth": int(numbers["depth"])})

    def __call__(self, rows: Floats) -> Floats:
        """Predict rows of shape (n, features), shape (n,)."""
        rows = rows.astype(np.float32)  # as scikit-learn compares
        every = np.arange(len(rows))[:, np.newaxis]
        tree = np.arange(len(self.feature))
        node = np.zeros((len(rows), len(tree)), dtype=np.int16)
        for _ in range(self.depth):
            goes_left = rows[every, self.feature[tree, node]] <= self.threshold[tree, node]
            node = np.where(goes_left, self.left[tree, node], self.right[tree, node])
        return np.asarray(self.start + self.value[tree, node].sum(axis=1, dtype=np.float64))
