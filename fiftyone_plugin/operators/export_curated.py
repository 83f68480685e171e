"""Write the curated interviews as files."""

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


@parameters
class ExportParameters:
    """Where to, and what."""

    folder: Folder = Field(title="Folder", description="New, empty, or written by an earlier export, which is replaced")
    name: Text | None = Field(None, title="Name of the new folder", description="In it; none if not given")
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

        samples = target_videos(ctx)
        require_interviews(samples)
        form.ask("folder", title="Parent folder", description="The export becomes a new folder in it")
        form.ask("name", description="", default=f"{ctx.dataset.name}-curated")
        form.ask("faces")
        form.ask("videos")
        size = f"{counted(len(samples), 'interview')}, with people's decisions. "
        form.note("about", f"{size}FiftyOne's own Export writes any other format.")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Export."""
        from ..steps import export_curated

        chosen = self.read(ctx)
        report = export_curated(
            target_videos(ctx),
            chosen.folder / Path(chosen.name or "").name,
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
