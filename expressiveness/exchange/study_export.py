"""Write a study's predictions and decisions for another tool: the registry of formats, and one function for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from expressiveness._io import atomic_folder, check_output_folder
from expressiveness.data import CategoryRule, Curation, Interview
from expressiveness.errors import InterviewError
from expressiveness.exchange.decided import CodedDecision
from expressiveness.exchange.study_video import StudyVideo, study_videos
from expressiveness.models import FramePredictions
from expressiveness.registry import Registry
from expressiveness.types import Failure, Progress
from expressiveness.wording import counted

STUDY_EXPORTS: Registry[Callable[[Iterable[StudyVideo], Path], None]] = Registry(
    "expressiveness.study_exports",
    "export",
    {
        "tables": "expressiveness.exchange.tidy_tables:write_tidy_tables",
        "elan": "expressiveness.exchange.elan:write_elan",
        "boris": "expressiveness.exchange.boris:write_boris",
        "webvtt": "expressiveness.exchange.subtitles:write_subtitles",
        "cvat": "expressiveness.exchange.cvat:write_cvat",
        "label-studio": "expressiveness.exchange.label_studio:write_label_studio",
    },
)
"""Functions by format name; each writes videos, given one at a time, into an existing folder."""


@dataclass(frozen=True, slots=True)
class StudyExport:
    """The result of `export_study`."""

    folder: str
    format: str
    videos: int
    files: tuple[str, ...]  # in the folder
    failures: tuple[Failure, ...] = ()  # interviews whose video cannot be read

    def __repr__(self) -> str:
        failed = f", {len(self.failures)} failed" if self.failures else ""
        return (
            f"StudyExport({self.format}: {counted(self.videos, 'video')}{failed}, {counted(len(self.files), 'file')})"
        )

    def as_dict(self) -> dict[str, Any]:
        """The report, ready for JSON."""
        return asdict(self)


def check_study_folder(folder: Path | str, format: str) -> None:
    """Check, before the work begins, that an export can be written.

    Raises:
        ConfigError: there is no such format.
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    _ = STUDY_EXPORTS[format]
    check_output_folder(Path(folder), kind=_kind(format))


def export_study(
    interviews: Sequence[Interview],
    folder: Path | str,
    format: str,
    *,
    rule: CategoryRule | None = None,
    predictions: Mapping[str, FramePredictions] | None = None,
    curation: Curation | None = None,
    stretches: Sequence[CodedDecision] = (),
    progress: Progress | None = None,
) -> StudyExport:
    """Write predictions, true categories, decisions and transcripts in the format of another tool.

    Args:
        interviews: of the study; one whose video cannot be read is left out and reported.
        folder: new, empty, or an earlier export in the same format, which is replaced.
        format: a name in `STUDY_EXPORTS`.
        rule: makes the true category of the score; none is written if None.
        predictions: by interview id, from `predict_interviews`.
        curation: decisions of one or more people.
        stretches: decisions on stretches of time.
        progress: called with the number of interviews done.

    Raises:
        ConfigError: there is no such format.
        InterviewError: none of the videos can be read.
        OutputError: the folder cannot be written, or holds something that we did not write.
        BusyError: another run has been writing it for a minute.
    """
    write, folder = STUDY_EXPORTS[format], Path(folder)
    written: list[str] = []
    failures: list[Failure] = []

    def readable() -> Iterator[StudyVideo]:
        outcomes = study_videos(interviews, rule=rule, predictions=predictions, curation=curation, stretches=stretches)
        for done, outcome in enumerate(outcomes, start=1):
            if outcome.value is None:
                failures.append(Failure(outcome.item.id, outcome.error or ""))
            else:
                written.append(outcome.item.id)
                yield outcome.value
            if progress:
                progress(done, len(interviews))

    with atomic_folder(folder, kind=_kind(format)) as unfinished:
        write(readable(), unfinished)
        if not written:
            first = f": {failures[0].reason}" if failures else ""
            raise InterviewError(f"no video of {len(interviews)} could be read{first}; nothing was written")
        files = tuple(sorted(path.name for path in unfinished.iterdir() if not path.name.startswith(".")))
    return StudyExport(str(folder), format, len(written), files, tuple(failures))


def _kind(format: str) -> str:
    return f"export for {format}"
