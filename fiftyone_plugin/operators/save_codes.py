"""Keep what a coder says in the coding panel."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types
from pydantic import Field

from ..forms import Form, InterviewOperator, Listing, Progress, Text, parameters


@parameters
class CodeParameters:
    """What was said, in order."""

    coder: Text = Field("", title="Your name or initials", description="Where the server is not one coder's already")
    codes: list[dict[str, Any]] = Field(
        title="Codes",
        description=(
            "Each with a `key`, by which the answer names it; the `sample`; its `unit`: frame, stretch or video; and "
            "`frame_number`, `start`, `end`, `category`, `level` and `excluded` as they apply"
        ),
    )


class SaveCodes(InterviewOperator[CodeParameters]):
    """Keep a coder's codes of frames, stretches and videos beside those of the others."""

    listing = Listing(
        name="save_codes",
        label="Save codes",
        description="Keep what a coder says, as the coding panel sends it",
        icon="how_to_vote",
        risk_level=types.RiskLevel.LOW,
        view_target=False,
        unlisted=True,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Explain where codes come from; nobody fills this in."""
        form.note("panel", "Codes come from the panel Expressiveness coding, or from a program")

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Keep the codes; one that cannot be kept is named without affecting the others."""
        from expressiveness.errors import InterviewError

        from ..coding import coder_here, is_blind, keep_codes

        chosen = self.read(ctx)
        coder = coder_here() or chosen.coder.strip()
        if not coder:
            raise InterviewError("say who codes: a name or initials, which are kept with each code")
        saved, refused = keep_codes(ctx.dataset, coder, chosen.codes, seen="hidden" if is_blind() else "shown")
        return {
            "coder": coder,
            "saved": saved,
            "refused": refused,
            "message": f"{len(saved)} of {len(chosen.codes)} codes saved",
        }
