"""Import a folder of interviews."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import (
    InterviewOperator,
    Listing,
    Progress,
    choose,
    counted,
    counting,
    folder_chosen,
    number,
    refuse,
    text,
    warn,
    whole_number,
    yes_or_no,
)

TERMS = (
    "RecruitView may be used for academic research only: never for hiring, screening or profiling, and not to identify "
    "anybody. Nothing leaves this machine."
)

PREVIEWED_BYTES = 64 * 2**20
"""The form reads the rows whenever something is typed, in the server's process; RecruitView's are some 10 MB."""


class ImportInterviews(InterviewOperator):
    """Import a folder of interviews as a dataset, or update the dataset it was imported as."""

    on_dataset = False

    listing = Listing(
        name="import_interviews",
        label="Import interviews",
        description="Import a folder of interviews: RecruitView's, or a CSV beside its videos",
        icon="video_library",
        view_target=False,
    )

    def __call__(
        self,
        folder: str,
        dataset_name: str | None = None,
        target: str | None = None,
        low: float | None = None,
        high: float | None = None,
        reader: str | None = None,
        columns: str | None = None,
        limit: int | None = None,
        allow_outside: bool = False,
        replace_rows: bool = False,
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Import a folder of interviews.

        Args:
            folder: holds the table of interviews and the videos
            dataset_name (None): the dataset's name; the folder's if None
            target (None): the score that gives the category; as the data says if None
            low (None): Reserved is below this score; as the data says if None
            high (None): Expressive is above this score; as the data says if None
            reader (None): "recruitview", "csv" or another reader's name; the one that recognises the folder if None
            columns (None): what the columns of a CSV are, as in "video=clip,participant=who,score=rating"; guessed if
                None
            limit (None): only so many interviews, spread over the file
            allow_outside (False): accept videos that lie outside the folder
            replace_rows (False): where the dataset has interviews of these ids from another folder, replace them
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {
            "folder": {"absolute_path": folder},
            "dataset_name": dataset_name,
            "target": target,
            "low": low,
            "high": high,
            "reader": reader,
            "columns": columns,
            "limit": limit,
            "allow_outside": allow_outside,
            "replace_rows": replace_rows,
        }
        return foo.execute_operator(self.uri, params=params, request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose a folder, see what is in it, and name the dataset."""
        from expressiveness.data import METADATA, read_interviews

        from ..dataset import check_dataset_name

        inputs.view("terms", types.Notice(label=TERMS))
        inputs.file(
            "folder",
            required=True,
            label="Folder",
            description="Holds metadata.jsonl and videos/, or a CSV or TSV beside its videos",
            view=types.FileExplorerView(choose_dir=True, button_label="Choose a folder..."),
        )
        folder = folder_chosen(ctx, "folder")
        if folder is None:
            return
        _choose_reader(ctx, inputs, folder)
        inputs.str("dataset_name", default=folder.name, label="Dataset name")
        if (size := _bytes_of(folder / METADATA)) > PREVIEWED_BYTES:
            warn(inputs, "preview", f"{METADATA} has {size / 1e6:,.0f} MB: what it holds is seen once it is imported")
        else:
            found = read_interviews(folder, **_reading(ctx))
            inputs.view("preview", types.Success(label="Found", description=_preview(found)))
            if found.bad_rows:
                warn(inputs, "bad_rows", _bad_rows(found))
            _ask_about_rows(ctx, inputs, folder, found.interviews)
            _choose_rule(ctx, inputs, found)
        inputs.int("limit", min=1, label="Only so many interviews", description="Spread over the file; all if empty")
        inputs.bool(
            "allow_outside",
            default=False,
            label="Take videos outside the folder, too",
            description="Links, .. and absolute paths that lead out of it",
        )
        check_dataset_name(text(ctx, "dataset_name", folder.name))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Import."""
        from expressiveness.data import read_interviews
        from expressiveness.errors import InterviewError

        from ..steps import import_interviews

        folder = folder_chosen(ctx, "folder")
        if folder is None:
            raise InterviewError("choose the folder that holds metadata.jsonl, or a CSV beside its videos")
        found = read_interviews(folder, **_reading(ctx))
        rule = found.rule_for(text(ctx, "target", None), low=number(ctx, "low", None), high=number(ctx, "high", None))
        report = import_interviews(
            folder,
            text(ctx, "dataset_name", folder.name),
            target=rule.target,
            thresholds=rule.thresholds,
            limit=whole_number(ctx, "limit", None, least=1),
            replace_rows=yes_or_no(ctx, "replace_rows", False),
            **_reading(ctx),
            progress=counting(progress, "videos"),
        )
        passed_over = f"; {len(report.failures)} passed over" if report.failures else ""
        elsewhere = f" in place of those from {report.replaced_folder}" if report.replaced_folder else ""
        message = f"{counted(report.added, 'interview')} added, {report.updated} updated{elsewhere}{passed_over}"
        return {**report.as_dict(), "message": message + _obstacles(report, folder)}

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Open the dataset."""
        yield ctx.ops.open_dataset(result["dataset"])


def _ask_about_rows(
    ctx: foo.executor.ExecutionContext, inputs: types.Object, folder: Path, interviews: Sequence[Any]
) -> None:
    """Say which interviews of another folder would be replaced, and let that happen only if the person says so."""
    from ..steps import rows_of_others

    others = rows_of_others(folder, ctx.params.get("dataset_name") or folder.name, interviews)
    if others is None:
        return
    inputs.bool(
        "replace_rows",
        default=False,
        label="Update from another folder",
        description="This folder replaces the one that the dataset came from, because it was moved or corrected",
    )
    sentence = f"{others}."
    if yes_or_no(ctx, "replace_rows", False):
        warn(inputs, "replaced", sentence[0].upper() + sentence[1:])
    else:
        refuse(inputs, f"{sentence[0].upper()}{sentence[1:]} Choose another name, or tick Update from another folder.")


def _choose_reader(ctx: foo.executor.ExecutionContext, inputs: types.Object, folder: Path) -> None:
    """Offer the readers that recognise a folder, and for a CSV what its columns are."""
    from expressiveness.data import READERS

    fitting = [name for name in READERS if READERS[name]().recognises(folder)]
    if not fitting:
        return  # reading says so
    choose(inputs, "reader", {name: name for name in fitting}, default=fitting[0], label="Layout of the folder")
    if text(ctx, "reader", fitting[0]) == "csv":
        inputs.str(
            "columns",
            label="Columns",
            description="As in video=clip,participant=who,score=rating; those left out are guessed, as shown below",
        )


def _reading(ctx: foo.executor.ExecutionContext) -> dict[str, Any]:
    """How the folder is to be read, as `read_interviews` takes it."""
    return {
        "reader": text(ctx, "reader", None),
        "columns": text(ctx, "columns", None),
        "allow_outside": yes_or_no(ctx, "allow_outside", False),
    }


def _choose_rule(ctx: foo.executor.ExecutionContext, inputs: types.Object, found: Any) -> None:
    """Offer the scores that there are, and say where the data puts the thresholds of the one that is chosen."""
    from expressiveness.errors import ExpressivenessError

    only = found.scores[0] if len(found.scores) == 1 else None
    scores = {name: name for name in found.scores}
    default = found.target or only
    choose(inputs, "target", scores, default=default, required=default is None, label="Score that gives the category")
    usual = {"low": "", "high": ""}
    try:
        rule = found.rule_for(text(ctx, "target", default))
        usual = {name: f"{getattr(rule.thresholds, name):.3g} if empty" for name in usual}
    except ExpressivenessError as error:
        warn(inputs, "no_rule", str(error))
    inputs.float("low", label="Reserved below", description=usual["low"])
    inputs.float("high", label="Expressive above", description=usual["high"])


def _obstacles(report: Any, folder: Path) -> str:
    """What to do about videos that are imported, and stay black in the App or have their labels drawn out of place."""
    sentences = []
    if codecs := report.unplayable.values():
        names = " and ".join(sorted(set(codecs)))
        sentences.append(
            f"{counted(len(codecs), 'video')} in {names}: all works on them but watching, since browsers play MP4 "
            "files of 8-bit H.264"
        )
    if drifts := report.uneven.values():
        sentences.append(
            f"{counted(len(drifts), 'video')} of variable frame rate: figures are right, but the App counts on a "
            f"constant one and draws labels some {max(drifts):.1f} s early or late"
        )
    if sentences:
        command = f"expressiveness reencode {shlex.quote(str(folder))} --out COPY"
        sentences.append(f"For a copy that the App shows as it should, run: {command}, then import that")
    if report.cut_short:
        id, how = next(iter(report.cut_short.items()))
        sentences.append(f"{counted(len(report.cut_short), 'video')} not all there, to be copied again ({id} is {how})")
    return "".join(f". {sentence}" for sentence in sentences)


def _bytes_of(metadata: Path) -> int:
    try:
        return metadata.stat().st_size
    except OSError:  # said by what reads it
        return 0


def _preview(found: Any) -> str:
    people = len({interview.participant for interview in found.interviews})
    missing = sum(not interview.video.is_file() for interview in found.interviews)
    rest = f"; {counted(missing, 'video')} missing" if missing else ""
    taken = "".join(f"; {part}: {columns}" for part, columns in found.mapping.items())
    return f"{counted(len(found.interviews), 'interview')} of {counted(people, 'participant')}{rest}{taken}"


def _bad_rows(found: Any) -> str:
    shown = "; ".join(map(str, found.bad_rows[:3]))
    rest = len(found.bad_rows) - 3
    more = f"; and {rest} more" if rest > 0 else ""
    return f"{counted(len(found.bad_rows), 'row')} will be passed over: {shown}{more}"
