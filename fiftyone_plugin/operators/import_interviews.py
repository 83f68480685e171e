"""Import a folder of interviews."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types
from pydantic import Field

from ..forms import (
    Count,
    Folder,
    Form,
    InterviewOperator,
    Listing,
    Number,
    Progress,
    Text,
    counted,
    counting,
    parameters,
)

TERMS = (
    "RecruitView may be used for academic research only: never for hiring, screening or profiling, and not to identify "
    "anybody. Nothing leaves this machine."
)

READING = ("reader", "columns", "allow_outside")
"""Parameters shared with `read_interviews`."""

REMEDY = "set Reserved below and Expressive above (--low and --high), or train by the command line with --tertiles"
"""Advice for thresholds that do not fit the scores."""

PREVIEWED_BYTES = 64 * 2**20
"""The form rereads the rows on every change, in the server's process; RecruitView's are about 10 MB."""


NO_SCORES = (
    "Nothing here is scored, and the App compares predictions with scores: choose the folder that holds metadata.jsonl "
    "or a table of scores beside its videos. Videos alone are judged by the commands predict and export."
)


@parameters
class ImportParameters:
    """What is imported, and as what."""

    folder: Folder = Field(
        title="Folder", description="Holds metadata.jsonl and videos/, or a CSV or TSV beside its videos"
    )
    dataset_name: Text | None = Field(None, title="Dataset name", description="The folder's if not given")
    target: Text | None = Field(
        None, title="Score that gives the category", description="As the data says if not given"
    )
    low: Number | None = Field(None, title="Reserved below", description="As the data says if not given")
    high: Number | None = Field(None, title="Expressive above", description="As the data says if not given")
    reader: Text | None = Field(
        None, title="Layout of the folder", description="A reader's name; the one that recognises it if not given"
    )
    columns: Text | None = Field(
        None,
        title="Columns",
        description="Of a CSV, as in video=clip,participant=who,score=rating; those left out are guessed",
    )
    limit: Count | None = Field(
        None, title="Only so many interviews", description="Spread over the file; all if not given"
    )
    allow_outside: bool = Field(
        False,
        title="Take videos outside the folder, too",
        description="Links, .. and absolute paths that lead out of it",
    )
    replace_rows: bool = Field(
        False,
        title="Update from another folder",
        description="This folder replaces the one that the dataset came from, because it was moved or corrected",
    )


class ImportInterviews(InterviewOperator[ImportParameters]):
    """Import a folder of interviews as a dataset, or update the dataset it was imported as."""

    on_dataset = False

    listing = Listing(
        name="import_interviews",
        label="Import interviews",
        description="Import a folder of interviews: RecruitView's, or a CSV beside its videos",
        icon="video_library",
        view_target=False,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose a folder, preview it, and name the dataset."""
        from expressiveness.data import METADATA, read_interviews

        from ..dataset import check_dataset_name

        form.note("terms", TERMS)
        folder = form.ask("folder")
        if folder is None:
            return
        _ask_reader(form, folder)
        name = form.ask("dataset_name", description="", default=folder.name)
        if (size := _bytes_of(folder / METADATA)) > PREVIEWED_BYTES:
            form.warn("preview", f"{METADATA} has {size / 1e6:,.0f} MB: what it holds is seen once it is imported")
        else:
            found = read_interviews(folder, **{option: form.chosen(option) for option in READING})
            form.inputs.view("preview", types.Success(label="Found", description=_preview(found)))
            if found.bad_rows:
                form.warn("bad_rows", _bad_rows(found))
            _ask_about_rows(form, folder, name, found.interviews)
            if found.interviews and not found.scores:
                form.refuse(NO_SCORES)
            else:
                _ask_rule(form, found)
        form.ask("limit")
        form.ask("allow_outside")
        check_dataset_name(name)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Import."""
        from expressiveness.data import read_interviews

        from ..steps import import_interviews

        chosen = self.read(ctx)
        folder, reading = chosen.folder, {option: getattr(chosen, option) for option in READING}
        rule = read_interviews(folder, **reading).rule_for(chosen.target, low=chosen.low, high=chosen.high)
        report = import_interviews(
            folder,
            chosen.dataset_name or folder.name,
            target=rule.target,
            thresholds=rule.thresholds,
            limit=chosen.limit,
            replace_rows=chosen.replace_rows,
            **reading,
            progress=counting(progress, "videos"),
        )
        passed_over = f"; {len(report.failures)} passed over" if report.failures else ""
        elsewhere = f" in place of those from {report.replaced_folder}" if report.replaced_folder else ""
        message = f"{counted(report.added, 'interview')} added, {report.updated} updated{elsewhere}{passed_over}"
        return {**report.as_dict(), "message": message + _obstacles(report, folder)}

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Open the dataset."""
        yield ctx.ops.open_dataset(result["dataset"])


def _ask_about_rows(form: Form, folder: Path, name: str, interviews: Sequence[Any]) -> None:
    """Show which interviews of another folder would be replaced, and ask for confirmation."""
    from ..steps import rows_of_others

    others = rows_of_others(folder, name, interviews)
    if others is None:
        return
    sentence = f"{str(others)[0].upper()}{str(others)[1:]}."
    if form.ask("replace_rows"):
        form.warn("replaced", sentence)
    else:
        form.refuse(f"{sentence} Choose another name, or tick Update from another folder.")


def _ask_reader(form: Form, folder: Path) -> None:
    """Offer the readers that recognise a folder, and the column mapping for a CSV."""
    from expressiveness.data import READERS

    fitting = [name for name in READERS if READERS[name]().recognises(folder)]
    if not fitting:
        return  # reported when the folder is read
    if form.ask("reader", description="", choices=fitting, default=fitting[0]) == "csv":
        form.ask("columns")


def _ask_rule(form: Form, found: Any) -> None:
    """Offer the available scores, and show the data's thresholds for the chosen one."""
    from expressiveness.errors import ExpressivenessError

    default = found.target or (found.scores[0] if len(found.scores) == 1 else None)
    target = form.ask("target", description="", choices=found.scores, default=default, required=default is None)
    usual = {"low": "", "high": ""}
    try:
        rule = found.rule_for(target)
        usual = {name: f"{getattr(rule.thresholds, name):.3g} if empty" for name in usual}
    except ExpressivenessError as error:
        form.warn("no_rule", str(error))
    chosen = {name: form.ask(name, description=description) for name, description in usual.items()}
    _say_doubts(form, found, target, chosen)


def _say_doubts(form: Form, found: Any, target: str | None, thresholds: dict[str, float | None]) -> None:
    """Show likely mistakes in the interviews before importing them."""
    from expressiveness.data import doubts_about
    from expressiveness.errors import ExpressivenessError

    try:
        rule = found.rule_for(target, **thresholds)
    except ExpressivenessError:  # reported above, or on import
        rule = None
    for number, doubt in enumerate(doubts_about(found.interviews, rule, remedy=REMEDY)):
        form.warn(f"doubt_{number}", f"{doubt}.")


def _obstacles(report: Any, folder: Path) -> str:
    """Advice about imported videos that the App cannot play, or shows with misplaced labels."""
    sentences = []
    if codecs := report.unplayable.values():
        names = " and ".join(sorted(set(codecs)))
        sentences.append(
            f"{counted(len(codecs), 'video')} in {names}: all works on them but watching, since browsers play MP4 "
            "files of 8-bit H.264"
        )
    if drifts := report.uneven.values():
        sentences.append(
            f"{counted(len(drifts), 'video')} whose frames come unevenly or only after the sound: figures are right, "
            f"but the App counts on a constant rate from the start and draws labels some {max(drifts):.1f} s early or "
            "late"
        )
    if report.without_length:
        sentences.append(
            f"{counted(len(report.without_length), 'video')} without a length, as browsers record them: the App cannot "
            "jump to a frame of them"
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
    except OSError:  # reported by the reader
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
