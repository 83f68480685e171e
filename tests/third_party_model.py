"""A family of models that another package could bring: it judges by how much the crops of a face vary."""

import json
from dataclasses import asdict, dataclass

import numpy as np

from expressiveness.models import Calibration, calibrate


@dataclass(frozen=True)
class Options:
    power: float = 1.0  # of the variance


class CropVariance:
    label = "Variance: judges how much the pixels of a face vary over a video"
    sees = "The model sees how much the pixels of a face vary over the video."
    needs = frozenset({"faces"})
    can = frozenset()
    Options = Options

    def __init__(self, options, calibration=None):
        self.options, self.calibration, self.history = options, calibration, {}

    def fit(self, data, *, progress=None, log_folder=None):
        clips = list(data.clips("train", "validation"))
        levels = np.array([self._level(clip.faces.crop) for clip in clips])
        scores, categories = np.array([clip.score for clip in clips]), np.array([clip.category for clip in clips])
        self.calibration = calibrate(levels, scores, categories)
        return self

    def predict(self, clip):
        crops = clip.faces.primary().crop
        if not len(crops):
            return clip.unjudged(None)
        level = np.array([self._level(crops)])
        video = self.calibration.probabilities(level)
        return clip.judged(
            video.repeat(len(crops), axis=0), score=float(self.calibration.score(level)[0]), video=video[0]
        )

    def save(self, folder):
        (folder / "cuts.json").write_text(json.dumps(asdict(self.calibration)))

    @classmethod
    def load(cls, folder, options):
        return cls(options, Calibration.from_dict(json.loads((folder / "cuts.json").read_text())))

    def _level(self, crops):
        return float(np.log(crops.var(axis=0).mean() ** self.options.power + 1))
