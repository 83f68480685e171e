"""Commands for studies that several people code: `assign` and `agreement`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from expressiveness._io import check_output_file, output_file
from expressiveness.cli.options import (
    AllowOutside,
    Columns,
    Folder,
    Json,
    Overwrite,
    Reader,
    Seed,
)
from expressiveness.cli.terminal import read_folder, say, write_json
from expressiveness.errors import ConfigError
from expressiveness.models import DEFAULT_SEED

if TYPE_CHECKING:
    from expressiveness.coding import Codings, ModelCodes, Ratings
    from expressiveness.data import Interview


def assign(
    folder: Folder,
    coders: Annotated[list[str], typer.Argument(metavar="CODER...", help="Names or initials of two people or more.")],
    overlap: Annotated[
        float, typer.Option(min=0, max=1, help="The share that everybody codes, for the agreement; 1 for all.")
    ] = 0.2,
    share: Annotated[float, typer.Option(min=0, max=1, help="Of the interviews that are coded at all.")] = 1.0,
    calibration: Annotated[
        list[str] | None,
        typer.Option("--calibration", metavar="ID", help="Known interview that all code first; may be given again."),
    ] = None,
    seed: Seed = DEFAULT_SEED,
    reader: Reader = None,
    columns: Columns = None,
    allow_outside: AllowOutside = False,
    overwrite: Overwrite = False,
) -> None:
    """Share interviews out among coders, in DIR/coding/assignments.csv; where that exists, say how far everybody is."""
    from expressiveness.coding import ASSIGNMENTS_FILE, CODING_FOLDER, Assignments, assign

    found = read_folder(folder, reader=reader, columns=columns, strict=False, allow_outside=allow_outside)
    file = found.path / CODING_FOLDER / ASSIGNMENTS_FILE
    if file.exists() and not overwrite:
        known = Assignments.read(file)
        if set(known.coders) != set(coders):
            raise ConfigError(f"{file} is for {', '.join(known.coders)}; share out anew with --overwrite")
        say(f"{file} is kept; share out anew with --overwrite.")
    else:
        known = assign(
            found.interviews,
            coders,
            overlap=overlap,
            share=share,
            calibration=calibration or (),
            rule=found.rule_for() if found.target or len(found.scores) == 1 else None,
            seed=seed,
        )
        known.write(file, overwrite=overwrite)
        say(f"The assignments are in {file}.")
    for coder, (done, count) in known.progress(_codes_in(found.path)).items():
        shared = sum(row.why != "own" for row in known.of(coder))
        say(f"{coder}: {count} interviews, {shared} of them coded by everybody; {done} begun.")


def agreement(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR|FILE...", help="Folder of interviews with codes in its coding/, or files of codes."
        ),
    ],
    tolerance: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Frames so close to each other count as the same.")
    ] = 0.0,
    overlap: Annotated[
        float, typer.Option(min=0, max=1, help="Stretches that share so much of what both cover are the same.")
    ] = 0.5,
    predictions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Table that `predict --table` wrote: the model is one more coder."),
    ] = None,
    settle: Annotated[
        Literal["nothing", "majority", "consensus"],
        typer.Option(help="Settle what is open by majority, or by all coders and the model of --predictions."),
    ] = "nothing",
    disagreements: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the disagreements about frames here, worst first, as CSV."),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what is settled here, for `train --curation`.")
    ] = None,
    reader: Reader = None,
    columns: Columns = None,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Say how far coders agree: kappa, Krippendorff's alpha and ICC, with intervals over participants."""
    from expressiveness.coding import Codings, agreement, curation_of, rate, seen_notes, with_model
    from expressiveness.coding import disagreements as worst_first

    for file in (json_file, disagreements, decisions):
        check_output_file(file, overwrite=overwrite)
    codings = Codings.read(*paths)
    interviews = [one for path in paths for one in _interviews(path, reader, columns)]
    participants = {one.id: one.participant for one in interviews}
    said = _model_says(predictions, interviews) if predictions else None
    results = []
    for ratings in _kinds(codings, tolerance, overlap, participants):
        if settle != "nothing" and ratings.scale == "category":
            codings += _settled(settle, ratings, said)
        if said and ratings.scale == "category" and ratings.unit != "stretch":
            ratings = with_model(ratings, "the model", said.categories)
        found = agreement(ratings)
        results.append(found.as_dict())
        for line in found.lines():
            say(line)
    for note in seen_notes(codings):
        say(f"Note: {note}")
    write_json(json_file, results, overwrite=overwrite)
    if disagreements:
        table = worst_first(rate(codings, "frame", tolerance=tolerance)).drop(columns="row")
        with output_file(disagreements, overwrite=overwrite) as unfinished:
            table.to_csv(unfinished, index=False)
        say(f"{len(table)} disagreements about frames are in {disagreements}, worst first.")
    if decisions:
        curation = curation_of(codings)
        curation.save(decisions, overwrite=overwrite)
        whose = "; ".join(f"{number:,} by {name}" for name, number in curation.whose().items())
        say(f"{len(curation):,} decisions are in {decisions}: {whose or 'nothing is settled yet'}.")


def _codes_in(folder: Path) -> Codings:
    """The codes in a folder of interviews, none if nobody has begun."""
    from expressiveness.coding import CODING_FOLDER, Codings

    return Codings.read(*Codings.files_in(folder / CODING_FOLDER))


def _interviews(path: Path, reader: str | None, columns: str | None) -> Sequence[Interview]:
    """The interviews of a folder that holds codes beside them; none for files of codes."""
    from expressiveness.coding import CODING_FOLDER

    if not (path / CODING_FOLDER).is_dir():
        return ()
    return read_folder(path, reader=reader, columns=columns, strict=False, allow_outside=True).interviews


def _kinds(codings: Codings, tolerance: float, overlap: float, participants: Mapping[str, str]) -> Iterator[Ratings]:
    """The codes side by side, for each kind of thing and scale that was coded."""
    from expressiveness.coding import SCALES, UNITS, rate

    for unit in UNITS:
        for scale in SCALES:
            ratings = rate(
                codings, unit, scale=scale, tolerance=tolerance, overlap=overlap, participants=participants or None
            )
            if len(ratings.values):
                yield ratings


def _model_says(file: Path, interviews: Sequence[Interview]) -> ModelCodes:
    from expressiveness.coding import ModelCodes

    if not interviews:
        raise ConfigError("--predictions names videos; give the folder of interviews, too, whose videos they are")
    return ModelCodes.read(file, {one.video.name: one.id for one in interviews})


def _settled(how: str, ratings: Ratings, said: ModelCodes | None) -> Codings:
    from expressiveness.coding import Codings, by_consensus, by_majority

    if how == "majority":
        return by_majority(ratings)
    if said is None:
        raise ConfigError("--settle consensus weighs the coders against a model; give its table as --predictions")
    if ratings.unit == "stretch":
        return Codings.of(())
    probabilities = said.probabilities
    keys = list(zip(map(str, ratings.about["interview"]), ratings.about["frame_number"].tolist(), strict=True))
    rows = [place for place, key in enumerate(keys) if key in probabilities]
    if not rows:
        return Codings.of(())
    import numpy as np

    return by_consensus(ratings.select(np.array(rows)), np.array([probabilities[keys[row]] for row in rows])).codings
