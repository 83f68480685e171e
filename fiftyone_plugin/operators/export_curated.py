"""Write the curated interviews as files, or predictions and decisions in the format of another tool."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiftyone.operators as foo
from pydantic import Field

from ..forms import (
    Folder,
    Form,
    InterviewOperator,
    Listing,
    Progress,
    Text,
    counted,
    counting,
    parameters,
    target_videos,
)

CURATED = "curated"
FORMATS = {
    CURATED: "The curated interviews, to train on or import again",
    "tables": "Tables for R and pandas: CSV and Parquet with a data dictionary",
    "elan": "ELAN: a tier for prediction, truth, each coder, transcript",
    "boris": "BORIS: a project with observations",
    "webvtt": "WebVTT: subtitles",
    "cvat": "CVAT: predictions to be corrected",
    "label-studio": "Label Studio: tasks with predictions",
}
"""Those of `STUDY_EXPORTS` that we bring; programs may name those of other packages, too."""


@parameters
class ExportParameters:
    """Where to, and what."""

    folder: Folder = Field(title="Folder", description="New, empty, or written by an earlier export, which is replaced")
    name: Text | None = Field(None, title="Name of the new folder", description="In it; none if not given")
    format: Text = Field("curated", title="What to write", description="Interviews again, or a format of another tool")
    run: Text | None = Field(None, title="Predictions of", description="The run; none if not given; for other tools")
    faces: bool = Field(True, title="The faces as pictures, a folder a category")
    videos: bool = Field(False, title="A copy of the videos", description="So that the folder can be used on its own")


class ExportCurated(InterviewOperator[ExportParameters]):
    """Write the interviews with corrected categories, the decisions, and the faces by category."""

    listing = Listing(
        name="export_curated",
        label="Export curated interviews",
        description="Write the interviews with corrected categories, the decisions, and the faces by category",
        icon="drive_folder_upload",
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Choose a folder and what to write."""
        from ..dataset import require_interviews
        from ..fields import runs_with_fields

        samples = target_videos(ctx)
        require_interviews(samples)
        form.ask("folder", title="Parent folder", description="The export becomes a new folder in it")
        form.ask("name", description="", default=f"{ctx.dataset.name}-curated")
        if form.ask("format", choices=FORMATS) == CURATED:
            form.ask("faces")
            form.ask("videos")
        elif runs := runs_with_fields(ctx.dataset):
            form.ask("run", description="", choices=runs, default=runs[-1])
        form.note("about", f"{counted(len(samples), 'interview')}, with people's decisions.")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Export."""
        from ..steps import export_curated, export_for_tools

        chosen = self.read(ctx)
        folder = chosen.folder / Path(chosen.name or "").name
        if chosen.format != CURATED:
            told = counting(progress, "interviews")
            written = export_for_tools(target_videos(ctx), folder, chosen.format, run=chosen.run, progress=told)
            message = f"{counted(written.videos, 'interview')} written to {written.folder} for {written.format}"
            return {**written.as_dict(), "message": message}
        report = export_curated(
            target_videos(ctx),
            folder,
            faces=chosen.faces,
            videos=chosen.videos,
            progress=counting(progress, "interviews"),
        )
        left_out = f" ({report.left_out} left out)" if report.left_out else ""
        faces = f", {counted(sum(report.faces.values()), 'face')}" if report.faces else ""
        message = f"{counted(report.interviews, 'interview')}{left_out}{faces} written to {report.folder}"
        return {**report.as_dict(), "message": message}

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Nothing in the dataset has changed."""
        return iter(())
