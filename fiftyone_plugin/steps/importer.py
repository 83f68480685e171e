"""A folder of interviews as a FiftyOne dataset type: `Dataset.from_dir(dataset_dir=..., dataset_type=Interviews)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import fiftyone as fo
import fiftyone.utils.data as foud

from expressiveness.data import CategoryRule, Interview, InterviewFolder, Thresholds, read_interviews, take_evenly
from expressiveness.types import Failure, Progress
from expressiveness.video import MAX_PIXELS, VideoInfo, probe_videos

from .. import fields
from ..dataset import check_dataset_name, is_taken_for_video, keep_info


class Interviews(fo.types.Dataset):
    """A folder of interviews that one of `READERS` recognises."""

    def get_dataset_importer_cls(self) -> type[InterviewImporter]:
        """The importer for `Dataset.from_dir`."""
        return InterviewImporter


class InterviewImporter(foud.BatchDatasetImporter):
    """Imports a folder of interviews, with the same fields and layout as `import_interviews`.

    Rows and videos that cannot be used are listed in `failures`; the rest is imported.

    Args:
        dataset_dir (None): the folder
        shuffle (False): whether to shuffle the interviews
        seed (None): a random seed for shuffling
        max_samples (None): import at most so many interviews, spread evenly over the file, whose rows are blocked by
            question
        reader (None): a name in `READERS`; the one that recognises the folder if None
        columns (None): what the columns of a CSV are; guessed if None
        target (None): the score that gives the category; as the data says if None
        thresholds (None): where the category changes; as the data says if None
        strict (False): whether to stop at the first bad row
        allow_outside (False): whether to accept videos outside the folder
    """

    def __init__(
        self,
        dataset_dir: str | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        max_samples: int | None = None,
        reader: str | None = None,
        columns: str | None = None,
        target: str | None = None,
        thresholds: Thresholds | None = None,
        strict: bool = False,
        allow_outside: bool = False,
    ) -> None:
        # FiftyOne would take the first max_samples rows, which are all of one question.
        super().__init__(dataset_dir=dataset_dir, shuffle=shuffle, seed=seed)
        self.limit = max_samples
        self.reader = reader
        self.columns = columns
        self.target = target
        self.thresholds = thresholds
        self.strict = strict
        self.allow_outside = allow_outside
        self.failures: list[Failure] = []

    def import_samples(
        self, dataset: fo.Dataset, tags: list[str] | None = None, progress: bool | Callable[..., Any] | None = None
    ) -> list[str]:
        """Import the interviews into a dataset; return the ids of their samples.

        Raises:
            InterviewError: the folder, the dataset's name or, if `strict`, a row is invalid.
        """
        check_dataset_name(dataset.name)
        found = read_interviews(
            self.dataset_dir,
            self.reader,
            columns=self.columns,
            strict=self.strict,
            allow_outside=self.allow_outside,
        )
        rule = found.rule_for(self.target, thresholds=self.thresholds)
        self.failures = [Failure(f"{found.table} line {row.line}", row.reason) for row in found.bad_rows]
        interviews = take_evenly(self._preprocess_list(list(found.interviews)), self.limit)
        known = prepare_dataset(dataset, found, rule)
        ids = dataset.add_samples(
            self._samples(interviews, rule, known, tags or []),
            dynamic=False,
            num_samples=len(interviews),
            progress=progress,
        )
        return list(ids)

    def _samples(
        self, interviews: Sequence[Interview], rule: CategoryRule, known: fields.InterviewFields, tags: list[str]
    ) -> Iterator[fo.Sample]:
        for interview, info in looked_at(interviews):
            if isinstance(info, str):
                self.failures.append(Failure(interview.id, info))
                continue
            sample = interview_sample(interview, info, rule, known)
            sample.tags.extend(tags)
            yield sample


def looked_at(
    interviews: Sequence[Interview], *, progress: Progress | None = None, max_pixels: int = MAX_PIXELS
) -> list[tuple[Interview, VideoInfo | str]]:
    """Probe each interview's video; return the result, or why it cannot be imported.

    Worker processes do the probing, because a decoder may crash or hang.
    """
    found = probe_videos([one.video for one in interviews], progress=progress, max_pixels=max_pixels)
    return [
        (interview, info if isinstance(info, str) or is_taken_for_video(interview.video) else _no_ending(interview))
        for interview, info in zip(interviews, found.values(), strict=True)
    ]


def _no_ending(interview: Interview) -> str:
    name = interview.video.name
    return (
        f"{name}: the App knows videos by the ending of their names, and not this one's; give it that of its kind, as "
        "in .mp4, or copy the folder with `expressiveness reencode`"
    )


def prepare_dataset(dataset: fo.Dataset, folder: InterviewFolder, rule: CategoryRule) -> fields.InterviewFields:
    """Store the import settings with a dataset, and declare the fields that its interviews need."""
    imported_before = dataset.has_sample_field(fields.INTERVIEW_ID)
    earlier = fields.InterviewFields.of(dataset) if imported_before else fields.InterviewFields()
    known = earlier.with_those_of(folder, dataset.get_field_schema())
    keep_info(
        dataset,
        folder=str(folder.path.resolve()),
        reader=folder.reader,
        target=rule.target,
        thresholds=asdict(rule.thresholds),
        **known.as_dict(),
    )
    fields.declare_interview_fields(dataset)
    return known


def interview_sample(
    interview: Interview, info: VideoInfo, rule: CategoryRule, known: fields.InterviewFields
) -> fo.Sample:
    """Create the video sample of an interview."""
    return fo.Sample(
        filepath=str(interview.video),
        metadata=video_metadata(info),
        **{
            fields.INTERVIEW_ID: interview.id,
            fields.PARTICIPANT: interview.participant,
            fields.CATEGORY: fo.Classification(label=rule.category(interview.scores)),
        },
        **{known.scores[name]: score for name, score in interview.scores.items()},
        **{known.attributes[name]: text for name, text in interview.attributes.items()},
    )


def video_metadata(info: VideoInfo) -> fo.VideoMetadata:
    """The metadata that the App needs; FiftyOne itself would need an installed ffprobe."""
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
