"""The neutral stretches that a user named, for video files that are judged one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from expressiveness.data.folders import read_interviews
from expressiveness.data.interview import Interview
from expressiveness.data.named_neutrals import NamedNeutrals
from expressiveness.data.readers import NEUTRAL_FILE
from expressiveness.errors import InterviewError


def neutrals_of_videos(videos: Sequence[Path | str], file: Path | str | None = None) -> dict[Path | str, NamedNeutrals]:
    """Find where the person in each video is neutral.

    Rows name interviews and participants of the folder of interviews that a video belongs to; a video of no such folder
    is named by its file name without the extension.

    Args:
        videos: the files that are judged.
        file: the table, see `NamedNeutrals.read`; if None, the `neutral.csv` beside a video, or one folder above it.

    Returns:
        By video, as a `Path`, the stretches of its person, and the table's bad rows; a video without a table is left
        out.

    Raises:
        InterviewError: a table cannot be read.
    """
    of_table: dict[Path, list[Path]] = defaultdict(list)
    for video in map(Path, videos):
        if table := Path(file) if file else _table_near(video):
            of_table[table].append(video)
    found: dict[Path | str, NamedNeutrals] = {}
    for table, its_videos in of_table.items():
        folders = [table.parent] if file is None else [folder for video in its_videos for folder in _above(video)]
        people = _people_in(its_videos, folders)
        named = NamedNeutrals.read(table, list(people.values()))
        for video in its_videos:
            own = named.of(people[video.resolve()].participant)
            found[video] = NamedNeutrals(own, named.bad_rows, named.passed_over)
    return found


def _above(video: Path) -> tuple[Path, Path]:
    folder = video.absolute().parent
    return folder, folder.parent


def _table_near(video: Path) -> Path | None:
    return next((table for folder in _above(video) if (table := folder / NEUTRAL_FILE).is_file()), None)


def _people_in(videos: Sequence[Path], folders: Sequence[Path]) -> Mapping[Path, Interview]:
    """The interviews in some folders, and one made up for each other video, by the video's resolved path."""
    people: dict[Path, Interview] = {}
    for folder in dict.fromkeys(folders):
        try:
            interviews = read_interviews(folder)
        except InterviewError:  # a folder of videos, not of interviews
            continue
        people |= {one.video.resolve(): one for one in interviews}
    alone = {
        path: Interview(id=video.stem, video=video, participant=str(path), scores={})
        for video in videos
        if (path := video.resolve()) not in people
    }
    return people | alone
