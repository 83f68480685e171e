"""Folders as CREMA-D and RAVDESS have them, for tests: their names, around videos of other people or none."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from expressiveness.data.readers.crema_d import EMOTIONS, VIDEOS, VOTES

FACE, VOICE = "2", "1"
"""How the number of a row of CREMA-D's votes begins: what raters were shown."""


def write_crema_d(
    folder: Path, votes: Mapping[str, Mapping[str, int]], *, shown: str = FACE, videos: Iterable[str] | None = None
) -> Path:
    """Write a table of votes, by clip how many raters named which emotion, and empty videos.

    Args:
        folder: to write.
        votes: by the clip's name, and by the letter of the emotion.
        shown: what the raters saw or heard.
        videos: the names of files in `VideoFlash`; a FLV for each clip if None.
    """
    table = folder / VOTES[0]
    table.parent.mkdir(parents=True, exist_ok=True)
    with table.open("w", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(["", *EMOTIONS, "fileName", "numResponses"])
        for number, (name, named) in enumerate(votes.items(), start=1):
            counts = [named.get(letter, 0) for letter in EMOTIONS]
            writer.writerow([f"{shown}{number:05}", *counts, name, sum(counts)])
    (folder / VIDEOS).mkdir(exist_ok=True)
    for file_name in [f"{name}.flv" for name in votes] if videos is None else videos:
        (folder / VIDEOS / file_name).touch()
    return folder


def write_ravdess(folder: Path, *names: str) -> Path:
    """Write empty videos of these names, each into its actor's folder."""
    for name in names:
        video = folder / f"Actor_{name[-2:]}" / f"{name}.mp4"
        video.parent.mkdir(parents=True, exist_ok=True)
        video.touch()
    return folder
