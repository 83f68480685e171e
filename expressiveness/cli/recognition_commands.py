"""Commands that apply a model: `predict`, `clips` and `live`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from expressiveness._io import check_output_file, check_output_folder
from expressiveness.cli.options import (
    DEFAULT_MEGAPIXELS,
    AllowOutside,
    Columns,
    Faces,
    Folder,
    Html,
    Json,
    MaxMegapixels,
    Model,
    NeutralLive,
    NeutralOfFolder,
    NeutralOfVideos,
    OkIfSome,
    Overwrite,
    Reader,
    Strict,
    Workers,
)
from expressiveness.cli.terminal import (
    exit_status,
    progress,
    read_folder,
    read_model,
    read_neutrals,
    read_video_neutrals,
    say,
    warn,
    write_json,
)
from expressiveness.errors import VideoError
from expressiveness.wording import as_text

if TYPE_CHECKING:
    from expressiveness.models import ConformalSets, FramePredictions
    from expressiveness.movement import Neutral
    from expressiveness.parallel import Outcome


def predict(
    model: Model,
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO...", help="Videos of any kind, or folders of them.")],
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Every frame as .csv, .parquet or .json.")
    ] = None,
    html: Html = None,
    neutral: NeutralOfVideos = None,
    workers: Workers = None,
    max_megapixels: MaxMegapixels = DEFAULT_MEGAPIXELS,
    ok_if_some: OkIfSome = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Say how expressive the face in each video is: category, score and confidence.

    Exits 1 where a video failed.
    """
    from expressiveness.data import videos_in
    from expressiveness.models import check_table, frame_table, predict_videos, write_table

    check_table(table, overwrite=overwrite)
    check_output_file(json_file, overwrite=overwrite)
    check_output_file(html, overwrite=overwrite)
    trained = read_model(model)
    say(f"Model: {trained.in_words}.")
    # Keep a folder without videos, so that it is reported as unreadable.
    videos = list(dict.fromkeys(file for given in videos for file in videos_in(given) or [given]))
    outcomes: list[Outcome[Path, FramePredictions]] = []
    for outcome in predict_videos(
        trained,
        videos,
        neutrals=read_video_neutrals(videos, neutral),
        reasons=bool(html or json_file),
        workers=workers,
        max_pixels=round(max_megapixels * 1e6),
    ):
        outcomes.append(outcome)
        if outcome.value is None:
            warn(f"{outcome.item}: {(outcome.error or '').removeprefix(f'{outcome.item.name}: ')}")
        else:
            if outcome.value.cut_short:
                warn(f"{outcome.item}: {outcome.value.cut_short}")
            say(_sentence(outcome.item, outcome.value, trained.sets))
    order = {video: position for position, video in enumerate(videos)}
    outcomes.sort(key=lambda outcome: order[outcome.item])
    done = [
        {"file": as_text(outcome.item), "model": trained.config.model, **outcome.value.as_dict()}
        for outcome in outcomes
        if outcome.value
    ]
    failed = len(outcomes) - len(done)
    write_json(json_file, done, overwrite=overwrite)
    if table:
        write_table(frame_table(outcomes), table, overwrite=overwrite)
    if html:
        from expressiveness.data import CategoryRule
        from expressiveness.reports import prediction_report, write_page

        rule = CategoryRule(trained.config.target, trained.thresholds)
        page = prediction_report(outcomes, model=trained.in_words, rule=rule)
        say(f"The report is {write_page(page, html, overwrite=overwrite)}.")
    if failed:
        warn(f"{len(done)} videos done, {failed} failed")
    exit_status(len(done), failed, ok_if_some=ok_if_some)


def live(
    model: Model,
    source: Annotated[
        str, typer.Option("--source", metavar="0|FILE|URL", help="Camera's number, file, or stream.")
    ] = "0",
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write what is drawn as MP4.")] = None,
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Only write: every frame of a file, at full speed.")
    ] = False,
    neutral: NeutralLive = None,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Recognise a camera, a stream or a file as it plays: box, category and confidence; q quits.

    Exits 1 where a camera or a stream broke off; what was written until then is kept.
    """
    from expressiveness.live import check_video_file, run_live

    check_video_file(output, overwrite=overwrite)
    check_output_file(json_file, overwrite=overwrite)
    trained = read_model(model)
    say(f"Model: {trained.in_words}.")
    at_rest = _neutral_of_source(source, neutral) if "moving faces" in trained.model.can else None
    with progress("Recognising") as report:
        result = run_live(
            trained,
            source,
            neutral=at_rest,
            output=output,
            overwrite=overwrite,
            window=not no_window,
            on_frame=lambda frames: report(frames, None),
        )
    write_json(json_file, result.as_dict(), overwrite=overwrite)
    say(result.summary())
    if output:
        say(f"The video is {output}.")
    if result.broke_off:
        raise VideoError(result.broke_off)


def clips(
    model: Model,
    folder: Folder,
    faces: Faces,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="New folder for the clips.")],
    limit: Annotated[int, typer.Option(min=1, help="Most clips; the surest mistakes come first.")] = 10,
    blur_faces: Annotated[
        bool, typer.Option("--blur-faces", help="Make every face that was found unrecognisable.")
    ] = False,
    everyone: Annotated[bool, typer.Option("--everyone", help="Also judge on people it was trained on.")] = False,
    neutral: NeutralOfFolder = None,
    reader: Reader = None,
    columns: Columns = None,
    strict: Strict = False,
    allow_outside: AllowOutside = False,
    json_file: Json = None,
    overwrite: Overwrite = False,
) -> None:
    """Write clips of what a model gets wrong, as MP4 with box, level curve and category drawn on them."""
    from expressiveness.evaluation import held_out_interviews
    from expressiveness.faces import FaceStore
    from expressiveness.live import CLIPS, write_mistake_clips

    check_output_file(json_file, overwrite=overwrite)
    check_output_folder(out, kind=CLIPS)
    trained = read_model(model)
    found = read_folder(folder, reader=reader, columns=columns, strict=strict, allow_outside=allow_outside)
    judged = found.interviews if everyone else held_out_interviews(trained, found.interviews)
    with progress("Writing clips") as report:
        result = write_mistake_clips(
            trained,
            judged,
            FaceStore(faces, trained.extraction),
            out,
            limit=limit,
            blur_faces=blur_faces,
            neutrals=read_neutrals(found, neutral),
            progress=report,
        )
    for failure in result.failures:
        warn(f"{failure.id}: {failure.reason}")
    write_json(json_file, result.as_dict(), overwrite=overwrite)
    for clip in result.clips:
        say(
            f"{clip.file}: {clip.predicted} ({clip.confidence:.0%}), by its score {clip.true}; "
            f"{clip.start:.1f} to {clip.end:.1f} s of {clip.interview}"
        )
    say(f"{result.wrong} of {result.judged} videos wrong; clips of {len(result.clips)} in {out}")
    exit_status(len(result.clips), len(result.failures), ok_if_some=False)


def _neutral_of_source(source: str, file: Path | None) -> Neutral | None:
    """The neutral face that a user named: of a video file in a table, of a camera's or stream's person in a video."""
    from expressiveness.live import file_of
    from expressiveness.models import video_neutral
    from expressiveness.movement import neutral_in

    video = file_of(source)
    if video is None:
        return neutral_in(file) if file else None
    named = read_video_neutrals([video], file).get(video)
    return video_neutral(named, video) if named else None


def _sentence(video: Path, predictions: FramePredictions, sets: ConformalSets | None) -> str:
    if predictions.doubt:
        return f"{video}: not enough of a face ({predictions.doubt})"
    if predictions.category is None:
        return f"{video}: no face was found on {predictions.frames_without_face} frames"
    return (
        f"{video}: {predictions.category}, score {predictions.score:+.2f}, "
        f"confidence {predictions.confidence:.0%}, {len(predictions.frame_number)} frames{_promised(predictions, sets)}"
    )


def _promised(predictions: FramePredictions, sets: ConformalSets | None) -> str:
    return f"; at {sets.promise:.0%}: {predictions.possible_in_words}" if sets else ""
