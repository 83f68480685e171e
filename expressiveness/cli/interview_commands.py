"""Commands on a folder of interviews: `inspect`, `extract` and `reencode`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from expressiveness._io import check_output_file, check_output_folder, is_here, place
from expressiveness.cli.options import (
    DEFAULT_MEGAPIXELS,
    AllowOutside,
    Columns,
    Folder,
    High,
    Json,
    LocalFolder,
    Low,
    MaxMegapixels,
    OkIfSome,
    Overwrite,
    Reader,
    Strict,
    Target,
    Workers,
    known_sampling,
    named_in,
)
from expressiveness.cli.terminal import exit_status, progress, read_folder, say, warn, warn_of_rows, write_json
from expressiveness.errors import ConfigError
from expressiveness.faces import DEFAULT_CONFIDENCE, DEFAULT_DETECTOR
from expressiveness.parallel import ExecutorKind
from expressiveness.reports import FigureFormat
from expressiveness.video import DEFAULT_EVERY

if TYPE_CHECKING:
    from expressiveness.data import Inspection


def inspect(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write figures and report.html here.")
    ] = None,
    format: Annotated[FigureFormat, typer.Option(help="Of the figures.")] = "svg",
    target: Target = None,
    low: Low = None,
    high: High = None,
    reader: Reader = None,
    columns: Columns = None,
    save_columns: Annotated[
        bool, typer.Option("--save-columns", help="Keep the columns taken of a table, in columns.json beside it.")
    ] = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Say what a folder holds: shape, missing values, scores, categories, people, and what is wrong with it."""
    from expressiveness.data import inspect_folder
    from expressiveness.reports import INSPECTION, write_inspection

    check_output_file(json_file, overwrite=overwrite)
    if out:
        check_output_folder(out, kind=INSPECTION)
    found = inspect_folder(
        folder, target=target, low=low, high=high, reader=reader, columns=columns, allow_outside=allow_outside
    )
    write_json(json_file, found.as_dict(), overwrite=overwrite)
    warn_of_rows(found.table, found.bad_rows)
    say(found.summary())
    if save_columns:
        say(f"The columns are kept in {_save_columns(folder, found, columns, overwrite=overwrite)}.")
    if out:
        say(f"The report is {write_inspection(found, out, format=format)}.")


def _save_columns(folder: Path, found: Inspection, columns: str | None, *, overwrite: bool) -> Path:
    """Write `columns.json` beside a table, with the target and, where they were given, the thresholds."""
    from expressiveness.data import COLUMNS_FILE, taken_columns

    if found.reader != "csv":
        raise ConfigError(f"the reader {found.reader} has no columns to keep")
    taken = taken_columns(folder, columns)
    if found.target:
        taken["target"] = found.target
    if found.thresholds and not found.proposals:
        taken["thresholds"] = asdict(found.thresholds)
    file = found.folder / COLUMNS_FILE
    write_json(file, taken, overwrite=overwrite)
    return file


def extract(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", metavar="STORE", parser=place, help="Folder or URL for the faces.")],
    sampling: Annotated[
        str,
        typer.Option(callback=known_sampling, help="every:N frames, rate:N a second, spread:N a video, or notebook."),
    ] = f"every:{DEFAULT_EVERY}",
    max_frames: Annotated[int | None, typer.Option(min=1, help="Look at no more than so many frames a video.")] = None,
    detector: Annotated[
        str,
        typer.Option(
            callback=named_in("faces", "DETECTORS"),
            help="auto, short, full, or a plugin's; auto is short, and full where that found nothing.",
        ),
    ] = DEFAULT_DETECTOR,
    confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The least that counts as a face.")
    ] = DEFAULT_CONFIDENCE,
    align: Annotated[bool, typer.Option("--align", help="Turn each face until its eyes lie level.")] = False,
    movement: Annotated[
        bool, typer.Option("--movement", help="Read movement in the same pass, which the default model needs.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many interviews, spread over the file.")] = None,
    workers: Workers = None,
    executor: Annotated[ExecutorKind, typer.Option(help="This machine's cores, or those of a Ray cluster.")] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Of the Ray cluster; one of this machine if not given.")
    ] = None,
    shared_store: Annotated[
        bool, typer.Option("--shared-store", help="All machines see STORE: let them write it themselves.")
    ] = False,
    reader: Reader = None,
    columns: Columns = None,
    max_megapixels: MaxMegapixels = DEFAULT_MEGAPIXELS,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    ok_if_some: OkIfSome = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Find the faces of every interview and store their 48x48 crops; what is stored already is passed over.

    Exits 1 where a video failed.
    """
    from expressiveness.data import take_evenly
    from expressiveness.faces import ExtractionConfig, FaceStore, extract_interviews
    from expressiveness.movement import extract_faces_and_movement
    from expressiveness.parallel import executor_named
    from expressiveness.video import Sampling

    check_output_file(json_file, overwrite=overwrite)
    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    interviews = take_evenly(found.interviews, limit)
    chosen = Sampling.parse(sampling)
    config = ExtractionConfig(
        sampling=chosen.limited_to(max_frames) if max_frames else chosen,
        detector=detector,
        confidence=confidence,
        align=align,
    )
    run = executor_named(executor, address)
    read = extract_faces_and_movement if movement else extract_interviews
    with progress("Finding faces") as report:
        result = read(
            interviews,
            FaceStore(out.resolve(), config),
            workers=workers,
            progress=report,
            executor=run,
            hand_over=executor == "ray" and not shared_store and is_here(out),
            max_pixels=round(max_megapixels * 1e6),
        )
    write_json(json_file, result.as_dict(), overwrite=overwrite)
    for failure in result.failures:
        warn(f"{failure.id}: {failure.reason}")
    for id, note in result.notes.items():
        warn(f"{id}: {note}")
    not_all = f" ({len(result.cut_short)} of them not all there)" if result.cut_short else ""
    say(
        f"{result.succeeded} videos done{not_all}, {result.skipped} stored already, {len(result.failures)} failed: "
        f"{result.faces} faces on {result.frames_sampled} frames in {result.seconds:.0f} s, in {out}"
    )
    exit_status(result.succeeded + result.skipped, len(result.failures), ok_if_some=ok_if_some)


def reencode(
    folder: LocalFolder,
    out: Annotated[Path, typer.Option("--out", metavar="COPY", help="Folder for the copy.")],
    workers: Workers = None,
    reader: Reader = None,
    columns: Columns = None,
    max_megapixels: MaxMegapixels = DEFAULT_MEGAPIXELS,
    allow_outside: AllowOutside = False,
    ok_if_some: OkIfSome = False,
) -> None:
    """Copy a folder with every video as one that the App plays, H.264 of constant frame rate; ids and times stay.

    Exits 1 where a video failed.
    """
    from expressiveness.video import make_playable

    with progress("Copying") as report:
        result = make_playable(
            folder,
            out,
            reader=reader,
            columns=columns,
            workers=workers,
            progress=report,
            allow_outside=allow_outside,
            max_pixels=round(max_megapixels * 1e6),
        )
    warn_of_rows(result.source.table, result.source.bad_rows)
    for failure in result.failures:
        warn(f"{failure.id}: {failure.reason}")
    say(f"{result.reencoded} videos re-encoded, {result.copied} copied, {len(result.failures)} failed, in {out}")
    exit_status(result.reencoded + result.copied, len(result.failures), ok_if_some=ok_if_some)
