"""Commands that hand a study to other tools, and take decisions from them: `export` and `import-decisions`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from expressiveness._io import check_output_file, place
from expressiveness.cli.options import (
    AllowOutside,
    Columns,
    Folder,
    High,
    Json,
    Low,
    NeutralOfFolder,
    OkIfSome,
    Overwrite,
    Reader,
    Strict,
    Target,
    named_in,
)
from expressiveness.cli.terminal import (
    exit_status,
    progress,
    read_folder,
    read_model,
    read_neutrals,
    say,
    warn,
    write_json,
)
from expressiveness.errors import ConfigError, InterviewError
from expressiveness.wording import counted

if TYPE_CHECKING:
    from expressiveness.coding import Codings
    from expressiveness.data import Curation, InterviewFolder, NamedNeutrals
    from expressiveness.exchange import CodedDecision, CodedDecisions
    from expressiveness.models import FramePredictions

UNNAMED = "unnamed"
"""The coder of codes from a file that names nobody."""


def export(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="New folder for the files.")],
    format: Annotated[
        str,
        typer.Option(
            "--format",
            callback=named_in("exchange", "STUDY_EXPORTS"),
            help="tables (CSV and Parquet), elan, boris, webvtt, cvat, label-studio, or what another package brings.",
        ),
    ] = "tables",
    model: Annotated[
        Path | None, typer.Option("--model", metavar="MODEL", help="Model whose predictions are written.")
    ] = None,
    faces: Annotated[
        Path | None, typer.Option("--faces", metavar="STORE", parser=place, help="Stored faces, for the predictions.")
    ] = None,
    curation: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Decisions, as the App or import-decisions wrote them.")
    ] = None,
    coding: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Codes of several people, each as a coder of their own; a file works, too."
        ),
    ] = None,
    target: Target = None,
    low: Low = None,
    high: High = None,
    neutral: NeutralOfFolder = None,
    reader: Reader = None,
    columns: Columns = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    ok_if_some: OkIfSome = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Write predictions, true categories, decisions and transcripts in the format of another tool.

    Exits 1 where a video could not be read or judged.
    """
    from expressiveness.data import Curation
    from expressiveness.exchange import CodedDecision, check_study_folder, export_study

    check_output_file(json_file, overwrite=overwrite)
    check_study_folder(out, format)
    if (model is None) != (faces is None):
        raise ConfigError("predictions need both --model and --faces; without both, none are written")
    decisions, stretches = Curation.load(curation) if curation else Curation(), list[CodedDecision]()
    if coding:
        coded, stretches = _of_coders(coding)
        decisions = Curation(decisions.faces + coded.faces, decisions.interviews + coded.interviews)
    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    predictions: dict[str, FramePredictions] | None = None
    unjudged = 0
    if model and faces:
        predictions, unjudged = _predictions(model, faces, found, read_neutrals(found, neutral))
    with progress("Writing") as report:
        result = export_study(
            found.interviews,
            out,
            format,
            rule=found.rule_for(target, low=low, high=high) if found.scores else None,
            predictions=predictions,
            curation=decisions,
            stretches=stretches,
            progress=report,
        )
    for failure in result.failures:
        warn(f"{failure.id}: {failure.reason}")
    write_json(json_file, result.as_dict(), overwrite=overwrite)
    say(f"{counted(result.videos, 'video')} written to {out}: {counted(len(result.files), 'file')} for {format}")
    exit_status(result.videos - unjudged, len(result.failures) + unjudged, ok_if_some=ok_if_some)


def import_decisions(
    folder: Folder,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Of ELAN (.eaf), BORIS (.boris) or CVAT (.xml).")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write decisions here, for train --curation.")
    ] = None,
    as_codes: Annotated[
        bool, typer.Option("--as-codes", help="Add everybody's codes to DIR/coding, for their agreement.")
    ] = False,
    coder: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what this person decided, if several did.")
    ] = None,
    reader: Reader = None,
    columns: Columns = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    overwrite: Overwrite = False,
) -> None:
    """Read what people decided in ELAN, BORIS or CVAT about the videos of DIR, as decisions on frames and videos.

    Exits 1 where something in the files is no decision.
    """
    from expressiveness.exchange import read_decisions

    if not (out or as_codes):
        raise ConfigError("where to? Give --out FILE, or --as-codes")
    check_output_file(out, overwrite=overwrite)
    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    read = read_decisions(files, found.interviews)
    for problem in read.problems:
        warn(str(problem))
    if not read.decisions:
        raise InterviewError("the files hold no decision; categories are named as here: Reserved, Balanced, Expressive")
    if as_codes:
        for file in _codes_of(read, coder).save(found.path):
            say(f"Codes added to {file}")
    if out:
        if coder is None and len(read.coders) > 1:
            raise ConfigError(f"several people decided: {', '.join(read.coders)}; choose one with --coder")
        curation = read.curation(coder)
        curation.save(out, overwrite=overwrite)
        who = coder if coder is not None else read.coders[0]
        frames, videos = counted(len(curation.faces), "frame"), counted(len(curation.interviews), "video")
        say(f"Decisions of {who or 'nobody named'} on {frames} and {videos}, in {out}")
    exit_status(len(read.decisions), len(read.problems), ok_if_some=False)


def _of_coders(coding: Path) -> tuple[Curation, list[CodedDecision]]:
    """What several coders say last: of frames and videos, and of stretches; levels alone are no category."""
    from expressiveness.coding import Codings
    from expressiveness.data import Curation, FaceDecision, InterviewDecision
    from expressiveness.exchange import CodedDecision

    faces, interviews, stretches = [], [], []
    for code in Codings.read(coding).current().codes():
        if code.category is None and not code.excluded:
            continue
        who = code.coder if code.role == "single" else f"{code.coder} (resolved)"
        what = (code.category, code.excluded)
        at = code.as_dict()["at"]
        if code.frame_number is not None:
            faces.append(FaceDecision(code.interview, code.frame_number, *what, who, at))
        elif code.start is not None and code.end is not None:
            stretches.append(CodedDecision(code.interview, who, "stretch", code.start, code.end, *what, decided_at=at))
        else:
            interviews.append(InterviewDecision(code.interview, *what, who, at))
    return Curation(tuple(faces), tuple(interviews)), stretches


def _codes_of(read: CodedDecisions, coder: str | None) -> Codings:
    """Decisions of other tools as codes, given now."""
    from datetime import datetime, timezone

    from expressiveness.coding import Code, Codings

    now, codes = datetime.now(timezone.utc), []
    for one in read.decisions:
        if coder not in (None, one.coder):
            continue
        number = read.clocks[one.interview].frames(one.start, one.end)[0] if one.unit == "frame" else None
        start, end = (one.start, one.end) if one.unit == "stretch" else (None, None)
        codes.append(
            Code(
                coder=one.coder or UNNAMED,
                interview=one.interview,
                unit=one.unit,
                at=now,
                category=one.category,
                excluded=one.excluded,
                frame_number=number,
                start=start,
                end=end,
            )
        )
    return Codings.of(codes)


def _predictions(
    model: Path, faces: Path, found: InterviewFolder, neutrals: NamedNeutrals | None
) -> tuple[dict[str, FramePredictions], int]:
    """The predictions by interview, and how many interviews have none."""
    from expressiveness.faces import FaceStore
    from expressiveness.models import predict_interviews

    trained = read_model(model)
    predictions: dict[str, FramePredictions] = {}
    with progress("Judging") as report:
        outcomes = predict_interviews(
            trained, found.interviews, FaceStore(faces, trained.extraction), neutrals=neutrals
        )
        for done, outcome in enumerate(outcomes, start=1):
            if outcome.value is None:
                warn(f"{outcome.item.id}: {outcome.error}")
            else:
                predictions[outcome.item.id] = outcome.value
            report(done, len(found), "")
    return predictions, len(found) - len(predictions)
