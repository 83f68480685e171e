"""RecruitView as a FiftyOne dataset type: `fo.Dataset.from_dir(dataset_dir=..., dataset_type=RecruitView)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.utils.data as foud

from expressiveness.data import DEFAULT_TARGET, METADATA, Interview, Thresholds, read_interviews, take_evenly
from expressiveness.types import Failure
from expressiveness.video import VideoInfo, probe_videos

from .. import fields
from ..dataset import check_dataset_name, keep_info


class RecruitView(fo.types.Dataset):
    """Interviews in RecruitView's layout: `metadata.jsonl` beside `videos/`."""

    def get_dataset_importer_cls(self) -> type[RecruitViewImporter]:
        """The importer that `Dataset.from_dir` uses."""
        return RecruitViewImporter


class RecruitViewImporter(foud.BatchDatasetImporter):
    """Imports a RecruitView folder, with the same fields and layout as `import_interviews`.

    A row or video that cannot be used is kept in `failures`, and the rest imported.

    Args:
        dataset_dir (None): the folder
        shuffle (False): whether to shuffle the interviews
        seed (None): a random seed for shuffling
        max_samples (None): import at most so many interviews, spread evenly over the file, whose rows are blocked by
            question
        target ("facial_expression"): the score that gives the category
        thresholds (None): where the category changes; the notebook's if None
        strict (False): whether to stop at the first bad row
        allow_outside (False): whether to accept videos that lie outside the folder
    """

    def __init__(
        self,
        dataset_dir: str | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        max_samples: int | None = None,
        target: str = DEFAULT_TARGET,
        thresholds: Thresholds | None = None,
        strict: bool = False,
        allow_outside: bool = False,
    ) -> None:
        # FiftyOne would cut the list off at max_samples, and the head of the file is all one question.
        super().__init__(dataset_dir=dataset_dir, shuffle=shuffle, seed=seed)
        self.limit = max_samples
        self.target = target
        self.thresholds = thresholds or Thresholds()
        self.strict = strict
        self.allow_outside = allow_outside
        self.failures: list[Failure] = []

    def import_samples(
        self, dataset: fo.Dataset, tags: list[str] | None = None, progress: bool | Callable[..., Any] | None = None
    ) -> list[str]:
        """Import the interviews into a dataset; return the ids of their samples.

        Raises:
            InterviewError: the folder or the dataset's name cannot be used, or, if `strict`, a row of the folder.
        """
        check_dataset_name(dataset.name)
        found = read_interviews(self.dataset_dir, strict=self.strict, allow_outside=self.allow_outside)
        self.failures = [Failure(f"{METADATA} line {row.line}", row.reason) for row in found.bad_rows]
        interviews = take_evenly(self._preprocess_list(list(found.interviews)), self.limit)
        fields.declare_interview_fields(dataset)
        ids = dataset.add_samples(
            self._samples(interviews, tags or []), dynamic=False, num_samples=len(interviews), progress=progress
        )
        folder = str(Path(self.dataset_dir).resolve())
        keep_info(dataset, folder=folder, target=self.target, thresholds=asdict(self.thresholds))
        return list(ids)

    def _samples(self, interviews: Sequence[Interview], tags: list[str]) -> Iterator[fo.Sample]:
        found = probe_videos([one.video for one in interviews])
        for interview, info in zip(interviews, found.values(), strict=True):
            if isinstance(info, str):
                self.failures.append(Failure(interview.id, info))
                continue
            sample = interview_sample(interview, info, target=self.target, thresholds=self.thresholds)
            sample.tags.extend(tags)
            yield sample


def interview_sample(interview: Interview, info: VideoInfo, *, target: str, thresholds: Thresholds) -> fo.Sample:
    """Make a video sample of an interview, whose video is as `info` says."""
    return fo.Sample(
        filepath=str(interview.video),
        metadata=video_metadata(info),
        **{
            fields.INTERVIEW_ID: interview.id,
            fields.PARTICIPANT: interview.participant,
            fields.QUESTION_ID: interview.question_id,
            fields.QUESTION: interview.question,
            fields.DURATION: interview.duration,
            fields.VIDEO_QUALITY: interview.video_quality,
            fields.TRANSCRIPT: interview.transcript,
            fields.CATEGORY: fo.Classification(label=thresholds.category(interview.scores[target])),
        },
        **interview.scores,
    )


def video_metadata(info: VideoInfo) -> fo.VideoMetadata:
    """What the App needs to know of a video; filled in here, since FiftyOne would ask a system ffprobe."""
    return fo.VideoMetadata(
        size_bytes=info.bytes,
        mime_type="video/mp4",
        frame_width=info.width,
        frame_height=info.height,
        frame_rate=info.frame_rate,
        total_frame_count=info.frame_count,
        duration=info.seconds,
        encoding_str=info.codec,
    )
