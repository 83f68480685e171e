"""Read a RAVDESS folder; the score is the intensity asked of the actors, since nobody rated expressiveness.

RAVDESS (Livingstone and Russo, "The Ryerson audio-visual database of emotional speech and song", PLoS ONE 13, 2018) has
24 actors and encodes everything in file names. The score is ordinal: neutral 0, calm 1, an emotion at normal intensity
2, at strong intensity 3. It says nothing about how the actors actually performed.
"""

from __future__ import annotations

import re
from pathlib import Path

from expressiveness.data.categories import Thresholds
from expressiveness.data.interview import BadRow, Interview, InterviewFolder
from expressiveness.data.readers.reader import Reader, RowChecks
from expressiveness.errors import InterviewError

SCORE = "intended_intensity"
THRESHOLDS = Thresholds(1.5, 2.5)
"""Reserved: neutral or calm. Balanced: an emotion at normal intensity. Expressive: at strong intensity."""

PLACES = ("*.mp4", "Actor_*/*.mp4", "*/Actor_*/*.mp4")
"""Where the files end up, whether archives are unpacked into one folder or one each."""

CHANNELS = {"01": "speech", "02": "song"}
EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgust",
    "08": "surprised",
}
RESTING = {"neutral": 0, "calm": 1}
"""Their scores. Calm was also recorded at two intensities, but more intense calm is not more expressive."""

INTENSITIES = {"01": ("normal", 2), "02": ("strong", 3)}
STATEMENTS = {"01": "Kids are talking by the door", "02": "Dogs are sitting by the door"}

_NAME = re.compile(
    r"0[12]"  # with or without sound; 03 is audio only
    r"-(?P<channel>\d\d)-(?P<emotion>\d\d)-(?P<intensity>\d\d)-(?P<statement>\d\d)-(?P<repetition>\d\d)-(?P<actor>\d\d)"
)


class RavdessReader(Reader):
    """Reads the names of the video files. If a clip exists with and without sound, the silent file is used."""

    why = "videos in it are named as those of RAVDESS"

    def recognises(self, folder: Path) -> bool:
        """Whether any file is named like those of RAVDESS."""
        return any(_NAME.fullmatch(file.stem) for place in PLACES for file in folder.glob(place))

    def read(self, folder: Path, *, allow_outside: bool = False) -> InterviewFolder:
        """Read every name; a bad row's line is its position among the sorted names."""
        checks = RowChecks(folder, allow_outside=allow_outside)
        found = [_read_name(line, parts, file, checks) for line, (parts, file) in enumerate(_clips(folder), start=1)]
        return InterviewFolder(
            folder,
            tuple(row for row in found if isinstance(row, Interview)),
            tuple(row for row in found if isinstance(row, BadRow)),
            target=SCORE,
            thresholds=THRESHOLDS,
            table="names of videos",
        )


def _clips(folder: Path) -> list[tuple[re.Match[str], str]]:
    """The parsed name of each clip and its path relative to the folder, sorted by name."""
    files = [(file.stem, file) for place in PLACES for file in folder.glob(place)]
    # Keyed by the name without its first part: the silent file (02) sorts later and replaces the one with sound.
    named = {parts[0][2:]: (parts, file) for stem, file in sorted(files) if (parts := _NAME.fullmatch(stem))}
    return [(parts, file.relative_to(folder).as_posix()) for parts, file in named.values()]


def _read_name(line: int, parts: re.Match[str], file: str, checks: RowChecks) -> Interview | BadRow:
    id = parts[0]
    try:
        channel, emotion = CHANNELS[parts["channel"]], EMOTIONS[parts["emotion"]]
        intensity, score = INTENSITIES[parts["intensity"]]
        statement, repetition = STATEMENTS[parts["statement"]], str(int(parts["repetition"]))
    except KeyError as error:
        return BadRow(line, f"the name has the part {error}, which stands for nothing in RAVDESS", id)
    intended = {
        "intended": f"{score} {intensity}",
        "pair": f"{channel} {emotion} {parts['statement']} {repetition}",
    }
    try:
        return Interview(
            id=id,
            video=checks.video(line, id, file),
            participant=parts["actor"],
            scores={SCORE: RESTING.get(emotion, score)},
            attributes={
                "channel": channel,
                "emotion": emotion,
                "intensity": intensity,
                "statement": statement,
                "repetition": repetition,
                **({} if emotion in RESTING else intended),
            },
        )
    except InterviewError as error:
        return BadRow(line, str(error), id)
