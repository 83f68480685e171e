"""What every operator here shares: one record of parameters, work that reports progress, errors that are seen.

The App runs an operator as a generator, which alone can show progress while it works; the SDK and delegated workers
call it as a function, since a generator's result would be lost to them. The App would not notice an error that escapes
a generator, and close the form as if all were well: so errors are shown, with a way back to the form as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Generic, get_args, get_origin

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types
from fiftyone.operators.constants import ViewTarget

from ..failures import foreseen, sentence_about
from ..requirements import missing_packages, missing_sentence
from .background_work import FAILED, BackgroundWork, begin_work, forget_work
from .form import Form
from .notebook_calls import call_of
from .parameter_record import NoParameters, Record, checked, refusal

Progress = Callable[..., None]
"""As `expressiveness.types` has it, which cannot be imported where the core is missing."""


TRY_AGAIN = "ExpressivenessTryAgain"
"""Of `components.js`: a button that goes back to the form."""


WORK_BEGAN = "@expressiveness/interviews/work_began"
"""Of `components.js`, too: has the review panel look what is going on."""

REVIEW_PANEL = "review_panel"

EVERY = 0.2
"""Seconds between two signs of progress in a window."""

PREFIX = "Expressiveness: "
"""Of the operators' names in the App's list, so that they are together there."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How the App lists an operator."""

    name: str
    label: str
    description: str
    icon: str
    risk_level: types.RiskLevel = types.RiskLevel.MEDIUM
    view_target: bool = True  # whether FiftyOne asks for dataset, view or selection
    unlisted: bool = False  # called by our panels and from Python: it answers at once, and shows nothing


class InterviewOperator(foo.Operator, Generic[Record]):
    """An operator on interviews: subclasses name the record of its parameters, and give a listing, a form and `run`.

    From the record come the inputs of the form, what `read` makes of a person's or a program's choices, and what the
    operator takes and says of itself where it is called like a function.
    """

    listing: ClassVar[Listing]

    parameters: ClassVar[type] = NoParameters
    """The record, as in `InterviewOperator[Parameters]`."""

    on_dataset = True
    """Whether a dataset must be open."""

    in_background: ClassVar[bool] = False
    """Whether the App leaves the work to itself, and shows it in the review panel, where it can be stopped."""

    at_once = 0.4
    """Seconds in which most of what is wrong shows: told in the form's own window, before work is left to itself."""

    when_stopped: ClassVar[str] = "What is done is kept, and the next run goes on from there."
    """What a person who stops the work reads."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        for base in getattr(cls, "__orig_bases__", ()):
            if get_origin(base) is InterviewOperator:
                [cls.parameters] = get_args(base)
        call = call_of(cls.parameters, cls.__doc__ or "", on_dataset=cls.on_dataset)
        call.__qualname__ = f"{cls.__qualname__}.__call__"
        cls.__call__ = call

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne knows of this operator; any may run in the App, from the SDK or on a delegated worker."""
        listing = asdict(self.listing)
        return foo.OperatorConfig(
            **{**listing, "label": f"{PREFIX}{self.listing.label}"},
            dynamic=True,
            execute_as_generator=not self.listing.unlisted,
            allow_delegated_execution=True,
        )

    def read(self, ctx: foo.executor.ExecutionContext) -> Record:
        """What was chosen, checked; what was not is the default.

        Raises:
            ParameterError: a value cannot be, or one that is required is missing.
        """
        return checked(self.parameters, ctx.params)

    def form(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        """Ask for the parameters; an error of our own kind that is raised here keeps the operator from running."""
        raise NotImplementedError

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Do the work.

        Args:
            ctx: what the person chose.
            progress: called with how much is done, how much there is, and a few words.

        Returns:
            The result, ready for JSON, with a sentence for the person under "message".
        """
        raise NotImplementedError

    def resolve_input(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Build the form."""
        form = Form(ctx, self.parameters)
        if missing := missing_packages():
            form.refuse(missing_sentence(missing))
        elif self.on_dataset and ctx.dataset is None:
            form.refuse("Open a dataset of interviews first.")
        else:
            self._form_or_refusal(ctx, form)
        return types.Property(form.inputs, view=types.View(label=self.listing.label))

    def resolve_output(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Show the sentence that the work ended with."""
        outputs = types.Object()
        outputs.str("message", label="Result")
        return types.Property(outputs, view=types.View(label=self.listing.label))

    def execute(self, ctx: foo.executor.ExecutionContext) -> dict[str, Any] | Iterator[Any]:
        """Run, as a generator where the App is waiting and as a function elsewhere."""
        if missing := missing_packages():
            raise ModuleNotFoundError(missing_sentence(missing))
        if _called_by_app(ctx) and not self.listing.unlisted:
            return self._stream(ctx)
        return self._call(ctx)

    def _form_or_refusal(self, ctx: foo.executor.ExecutionContext, form: Form) -> None:
        try:
            self.form(ctx, form)
        except Exception as error:  # noqa: BLE001  # told to the person, and logged where nobody foresaw it
            form.refuse(sentence_about(error))

    def _call(self, ctx: foo.executor.ExecutionContext) -> dict[str, Any]:
        """Work, and turn errors of known kinds into our own, whose message says everything."""
        from expressiveness.errors import ExpressivenessError

        try:
            return self.run(ctx, lambda done, total, note="": ctx.set_progress(done / max(total, 1), note))
        except ExpressivenessError:
            raise
        except Exception as error:
            if sentence := foreseen(error):
                raise ExpressivenessError(sentence) from error
            raise

    def _stream(self, ctx: foo.executor.ExecutionContext) -> Iterator[Any]:
        """Work, and show its progress and how it ended."""
        params = dict(ctx.params)
        try:
            yield from self._left_to_itself(ctx) if self.in_background else self._work(ctx)
        except Exception as error:  # noqa: BLE001  # told to the person, and logged where nobody foresaw it
            yield from self._show_failure(ctx, sentence_about(error), params)

    def _show_failure(self, ctx: foo.executor.ExecutionContext, sentence: str, params: dict[str, Any]) -> Iterator[Any]:
        """Say why the work has failed, in a window that leads back to the form as it was."""
        outputs = types.Object()
        outputs.view("failure", types.Error(label=f"{self.listing.label}: not done", description=sentence))
        form = {"operator": self.uri, "params": params}
        outputs.obj("again", view=types.View(component=TRY_AGAIN, composite_view=True, **form))
        yield ctx.ops.show_output(types.Property(outputs).to_json(), {})
        yield ctx.ops.notify(sentence, variant="error")

    def _left_to_itself(self, ctx: foo.executor.ExecutionContext) -> Iterator[Any]:
        """Begin the work, and open the panel that shows it."""
        self.read(ctx)  # what is wrong with it is told where it can be changed
        work = begin_work(ctx.dataset.name, lambda: self._begun(ctx))
        work.wait(self.at_once)
        if work.state == FAILED and work.error:
            forget_work(ctx.dataset.name)
            raise work.error
        yield ctx.ops.open_panel(REVIEW_PANEL, layout="horizontal")
        yield ctx.trigger(WORK_BEGAN)

    def _begun(self, ctx: foo.executor.ExecutionContext) -> BackgroundWork:
        params = dict(ctx.params)  # some operators add to their own
        return BackgroundWork(
            lambda progress: self.run(ctx, progress), self, view=ctx.request_params.get("view"), params=params
        )

    def _work(self, ctx: foo.executor.ExecutionContext) -> Iterator[Any]:
        """Work in a thread, and pass on its progress until it is done."""
        work = self._begun(ctx)
        shown = nothing = work.progress
        try:
            while not work.wait(EVERY):
                if work.progress != shown:
                    done, total, note = shown = work.progress
                    yield ctx.ops.set_progress(label=note, progress=done / max(total or 0, 1))
        finally:
            work.stop()
            work.wait()
        if work.error:
            raise work.error
        message = work.result["message"]
        if shown != nothing:  # the window stays open, and a notification may have gone before one looks
            yield ctx.ops.set_progress(label=message, progress=1)
        yield from self.after(ctx, work.result)
        yield ctx.ops.notify(message, variant="success")

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """What the App does once the work is done."""
        if ctx.view is not None and ctx.view._is_generated:  # frames, patches and clips are copies, made anew here
            from ..review import reload_view

            reload_view(ctx.view)
            yield ctx.ops.set_view(view=ctx.view)
        yield ctx.ops.reload_dataset()


def counting(progress: Progress, what: str) -> Progress:
    """Progress that says how much is done: "3 of 12 videos"."""
    return lambda done, total, note="": progress(done, total, note or f"{done} of {total} {what}")


def open_saved_view(ctx: foo.executor.ExecutionContext, name: str) -> Iterator[Any]:
    """Have the App open a view that was just saved; by its name, the App would not know it yet."""
    yield ctx.ops.reload_dataset()
    yield ctx.ops.set_view(view=ctx.dataset.load_saved_view(name))


def show_run(ctx: foo.executor.ExecutionContext, run: str) -> Any:
    """Have the App draw a run's labels, whichever were drawn before."""
    from ..fields import shown_of

    return ctx.ops.set_active_fields(shown_of(ctx.dataset, run))


def counted(number: int, what: str) -> str:
    """A number of things, in words: "1 face", "2,000 faces".

    As `expressiveness.wording` has it, which cannot be imported here: operators are listed where the core is missing,
    too, so that their forms can say how to install it.
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def target_videos(ctx: foo.executor.ExecutionContext) -> fo.Dataset | fo.DatasetView:
    """What the person chose to work on; the videos behind it, where the App shows frames, patches or clips.

    Raises:
        ParameterError: it is not known what that is.
    """
    from ..dataset import videos_of

    target = ctx.params.get("view_target", ctx.request_params.get("view_target"))
    if target is not None and target not in ViewTarget.values():
        raise refusal("view_target", target, f"choose from {', '.join(sorted(ViewTarget.values()))}")
    return videos_of(ctx.target_view())


def _called_by_app(ctx: foo.executor.ExecutionContext) -> bool:
    return not ctx.delegated and "spaces" in ctx.request_params
