"""Learn the model of a frame's intensity anew: `python -m tools.learn_intensity FACEKIT WORK`.

FACEKIT is the folder of the renderer (`make_interviews.py`), WORK one for rendered clips and their movement, where what
is there already is not made again. Sets of our own renderer are learned from as well. Their seeds are kept for this: no
figure that we give is of a set with one of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import expressiveness.intensity
from expressiveness.data import Interview, read_interviews
from expressiveness.intensity import Example, learn_intensity
from expressiveness.intensity.intensity_model import WEIGHTS
from expressiveness.movement import Movement, MovementStore, extract_movements, load_movements, neutral_of
from expressiveness.samples import render_sample_interviews

PEOPLE, CLIPS = 40, 4
HELD_POSES = ("--gesture-seconds", "7")
HARD = (*HELD_POSES, "--independent-head")


@dataclass(frozen=True, slots=True)
class RenderedSet:
    """Rendered interviews to learn from."""

    seed: int
    flags: tuple[str, ...] = ()  # of FaceKit's renderer
    ours: bool = False

    @property
    def name(self) -> str:
        """Its folder."""
        return f"{'ours' if self.ours else 'facekit'}{self.seed}"

    def render(self, facekit: Path, folder: Path) -> None:
        """Render what is missing."""
        if self.ours:
            render_sample_interviews(folder, participants=PEOPLE, clips_per_participant=CLIPS, seed=self.seed)
        elif not (folder / "metadata.jsonl").exists():
            size = ("--participants", str(PEOPLE), "--clips-per-participant", str(CLIPS), "--seed", str(self.seed))
            script = [sys.executable, str(facekit / "make_interviews.py"), str(folder), *size, *self.flags]
            subprocess.run([*script, "--workers", str(os.cpu_count())], check=True)


SETS = (
    RenderedSet(101),
    RenderedSet(104),
    RenderedSet(102, HELD_POSES),
    RenderedSet(105, HELD_POSES),
    RenderedSet(103, HARD),
    RenderedSet(106, HARD),
    RenderedSet(201, ours=True),
)


def main() -> None:
    """Render, read the movement, learn, and write the numbers into the package."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facekit", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", choices=["facekit", "ours"], help="learn from one renderer, to judge on the other")
    parser.add_argument("--out", type=Path, default=Path(expressiveness.intensity.__file__).with_name(WEIGHTS))
    arguments = parser.parse_args()
    sets = [one for one in SETS if arguments.only in (None, "ours" if one.ours else "facekit")]
    examples = [example for one in sets for example in _examples(one, arguments.facekit, arguments.work)]
    model = learn_intensity(
        examples,
        {
            "command": "python -m tools.learn_intensity FACEKIT WORK",
            "sets": {one.name: " ".join(one.flags) or "as they come" for one in sets},
            "people are": "rendered: no picture of a living person, and no label that a person gave, was learned from",
        },
    )
    model.save(arguments.out)
    print(f"{model}: error {model.spread:.3f}, reliability {model.reliability:.3f}; {arguments.out}")


def _examples(one: RenderedSet, facekit: Path, work: Path) -> Iterator[Example]:
    """Render a set, read its movement, and pair each clip with the truth of its frames."""
    folder = work / one.name
    one.render(facekit, folder / "interviews")
    interviews = read_interviews(folder / "interviews").interviews
    store = MovementStore(folder / "faces")
    extract_movements(interviews, store)
    truth = pd.read_csv(folder / "interviews" / "truth_frames.csv", dtype={"id": str})
    energy = {id: frames.set_index("frame_number")["energy"] for id, frames in truth.groupby("id")}
    people: dict[str, list[tuple[Interview, Movement]]] = defaultdict(list)
    found = load_movements(interviews, store)
    for interview in interviews:
        if isinstance(movement := found[interview.id], Movement):
            people[interview.participant].append((interview, movement))
    for person, clips in people.items():
        rest = neutral_of([movement for _, movement in clips])
        for interview, movement in clips:
            yield Example(
                person=f"{one.name} {person}",
                movement=movement,
                neutrals=(rest, neutral_of([movement])),
                energy=energy[interview.id].loc[movement.frame_number.tolist()].to_numpy(float),
            )


if __name__ == "__main__":
    main()
