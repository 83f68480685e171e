"""How far training the network is, as a Keras callback."""

from __future__ import annotations

import math
import time
from typing import Any

import keras
from typing_extensions import override

from expressiveness.models.cnn.cnn_options import CnnOptions
from expressiveness.types import Progress
from expressiveness.wording import duration

VALIDATION_COST = 0.3
"""What judging a face costs, as a share of learning from one; for the time left."""

SECONDS_BETWEEN_REPORTS = 1.0


class ProgressOfTraining(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no type information
    """Says how far the training is, within an epoch, too, and how long the rest takes at most.

    What is done is counted in faces learned from; judging one counts as `VALIDATION_COST` of that.
    """

    def __init__(self, progress: Progress, options: CnnOptions, learned: int, judged: int) -> None:
        super().__init__()
        self._progress, self._reported = progress, -math.inf
        self._options, self._learned, self._judged = options, learned, judged
        self._epoch = 0
        self._accuracy = ""
        self._begun: tuple[float, float] | None = None  # when the first batch was done, and how much that was

    @override
    def on_train_begin(self, logs: Any = None) -> None:
        """Say that it begins; the first batch takes seconds."""
        self._say(0.0, important=True)

    @override
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note which epoch it is."""
        self._epoch = epoch

    @override
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report what was learned from."""
        self._say(min(self._learned, (batch + 1) * self._options.batch_size))

    @override
    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report what was judged."""
        self._say(self._learned + VALIDATION_COST * min(self._judged, (batch + 1) * self._options.batch_size))

    @override
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Report how good it is by now."""
        self._accuracy = f", validation accuracy {logs['val_accuracy']:.2f}"
        self._say(self._of_epoch, important=True)

    @property
    def _of_epoch(self) -> float:
        return self._learned + VALIDATION_COST * self._judged

    def _say(self, of_epoch: float, *, important: bool = False) -> None:
        now = time.monotonic()
        if not important and now < self._reported + SECONDS_BETWEEN_REPORTS:
            return
        self._reported = now
        done, total = self._epoch * self._of_epoch + of_epoch, self._options.epochs * self._of_epoch
        self._begun = self._begun or ((now, done) if of_epoch else None)
        left = ""
        if self._begun and done > self._begun[1]:
            pace = (now - self._begun[0]) / (done - self._begun[1])
            left = f", {duration((total - done) * pace)} left at most"
        words = f"epoch {self._epoch + 1} of {self._options.epochs} at most{self._accuracy}{left}"
        self._progress(round(done), round(total), words)
