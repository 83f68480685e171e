"""Write the curated interviews as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from ..forms import (
    InterviewOperator,
    Listing,
    Progress,
    counted,
    counting,
    folder_chosen,
    target_videos,
    text,
    yes_or_no,
)


class ExportCurated(InterviewOperator):
    """Write the interviews with corrected categories, the decisions, and the faces by category."""

    listing = Listing(
        name="export_curated",
        label="Export curated interviews",
        description="Write the interviews with corrected categories, the decisions, and the faces by category",
        icon="drive_folder_upload",
    )

    def __call__(
        self,
        samples: fo.Dataset | fo.DatasetView,
        folder: str,
        faces: bool = True,
        videos: bool = False,
        delegate: bool = False,
    ) -> foo.executor.ExecutionResult:
        """Export the curated interviews.

        Args:
            samples: a dataset of interviews, or a view of one
            folder: new, empty, or written by an earlier export, which is replaced
            faces (True): whether to write the faces as pictures, a folder a category
            videos (False): whether to copy the videos
            delegate (False): whether to leave the work to a delegated worker
        """
        params = {"folder": {"absolute_path": folder}, "faces": faces, "videos": videos}
        return foo.execute_operator(self.uri, view=samples.view(), params=params, request_delegation=delegate)

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Choose a folder and what to write."""
        from ..dataset import require_interviews

        samples = target_videos(ctx)
        require_interviews(samples)
        inputs.file(
            "folder",
            required=True,
            label="Parent folder",
            description="The export becomes a new folder in it",
            view=types.FileExplorerView(choose_dir=True, button_label="Choose a folder..."),
        )
        inputs.str("name", default=f"{ctx.dataset.name}-curated", label="Name of the new folder")
        inputs.bool("faces", default=True, label="The faces as pictures, a folder a category")
        inputs.bool(
            "videos", default=False, label="A copy of the videos", description="So that the folder stands by itself"
        )
        size = f"{counted(len(samples), 'interview')}, with people's decisions. "
        inputs.view("about", types.Notice(label=f"{size}FiftyOne's own Export writes any other format."))

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Export."""
        from expressiveness.errors import ReportError

        from ..steps import export_curated

        folder = folder_chosen(ctx, "folder")
        if folder is None:
            raise ReportError("choose a folder to write to")
        report = export_curated(
            target_videos(ctx),
            folder / Path(text(ctx, "name", "")).name,
            faces=yes_or_no(ctx, "faces", True),
            videos=yes_or_no(ctx, "videos", False),
            progress=counting(progress, "interviews"),
        )
        left_out = f" ({report.left_out} left out)" if report.left_out else ""
        faces = f", {counted(sum(report.faces.values()), 'face')}" if report.faces else ""
        message = f"{counted(report.interviews, 'interview')}{left_out}{faces} written to {report.folder}"
        return {**report.as_dict(), "message": message}

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Nothing in the dataset has changed."""
        return iter(())
