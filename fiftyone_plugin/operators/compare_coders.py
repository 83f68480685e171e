"""Say how far coders agree, and adopt what is settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import fiftyone.operators as foo
from fiftyone.operators import types
from pydantic import Field

from ..forms import Choices, Folder, Form, InterviewOperator, Listing, Number, Progress, Text, counted, parameters

HOW = {
    "nothing": "Leave open what they disagree about",
    "majority": "By majority, where more than half of the coders agree",
}


@parameters
class ComparisonParameters:
    """How codes are compared, and what becomes of them."""

    tolerance: Number = Field(
        0.0, ge=0, le=60, title="Tolerance in seconds", description="Frames so close to each other count as the same"
    )
    settle: Annotated[Text, Choices(HOW)] = Field("nothing", title="Settle disagreements")
    adopt: bool = Field(
        False, title="Adopt what is settled", description="As decisions on faces and videos, which training reads"
    )
    folder: Folder | None = Field(
        None, title="Write the codes to", description="A folder of interviews, or an empty one: a file for each coder"
    )


class CompareCoders(InterviewOperator[ComparisonParameters]):
    """Compare what several people have coded: kappa, Krippendorff's alpha and ICC, with intervals over participants."""

    listing = Listing(
        name="compare_coders",
        label="Compare coders",
        description="How far coders agree, what they disagree about, and what is settled",
        icon="groups",
        view_target=False,
    )

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Ask how."""
        codings = _codings(ctx)
        form.note("about", f"{counted(len(codings.current()), 'code')} by {', '.join(codings.coders)}")
        for name in ("tolerance", "settle", "adopt", "folder"):
            form.ask(name)

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Compare, and settle, adopt and write what was asked for."""
        from expressiveness.coding import SCALES, UNITS, agreement, by_majority, curation_of, rate

        from ..coding import adopt, keep_codings, study_of
        from ..dataset import interviews_of

        chosen, codings, study = self.read(ctx), _codings(ctx), study_of(ctx.dataset)
        people = {one.id: one.participant for one in interviews_of(study)}
        found, lines = [], []
        for unit, scale in ((unit, scale) for unit in UNITS for scale in SCALES):
            ratings = rate(codings, unit, scale=scale, tolerance=chosen.tolerance, participants=people)
            if not len(ratings.values):
                continue
            figures = agreement(ratings)
            found.append(figures.as_dict())
            lines += figures.lines()
            if chosen.settle == "majority" and scale == "category":
                settled = by_majority(ratings)
                keep_codings(study, settled)
                codings += settled
        curation = curation_of(codings)
        decided = adopt(study, curation, progress=progress) if chosen.adopt else 0
        if chosen.folder:
            codings.save(Path(chosen.folder))
        adopted = f"; {counted(decided, 'decision')} adopted" if chosen.adopt else ""
        return {
            "figures": found,
            "lines": lines,
            "settled": len(curation),
            "adopted": decided,
            "message": f"{', '.join(codings.coders)} compared; {counted(len(curation), 'thing')} settled{adopted}",
        }

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """Show the figures."""
        outputs = types.Object()
        outputs.md("```\n" + "\n".join(result["lines"]) + "\n```", name="figures_shown")
        yield ctx.ops.show_output(types.Property(outputs, view=types.View(label=self.config.label)).to_json(), {})
        yield from super().after(ctx, result)


def _codings(ctx: foo.executor.ExecutionContext) -> Any:
    """The codes of all coders.

    Raises:
        InterviewError: there are none, or this server is a coder's who must not see them.
    """
    from expressiveness.errors import InterviewError

    from ..coding import codings_of, is_blind

    if is_blind():
        raise InterviewError("this App hides the others' codes; compare in one that was started without --coder")
    codings = codings_of(ctx.dataset)
    if not len(codings):
        raise InterviewError("nobody has coded anything here yet; start the App with: expressiveness app --coder NAME")
    return codings
