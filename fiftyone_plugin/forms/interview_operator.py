"""What every operator here shares: a form that says what is missing, work that reports progress, errors that are seen.

The App runs an operator as a generator, which alone can show progress while it works; the SDK and delegated workers
call it as a function, since a generator's result would be lost to them. The App would not notice an error that escapes
a generator, and close the form as if all were well: so errors are shown, with a way back to the form as it was.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import fiftyone.operators as foo
from fiftyone.operators import types

from ..failures import foreseen, sentence_about
from ..requirements import missing_packages, missing_sentence

Progress = Callable[..., None]
"""As `expressiveness.types` has it, which cannot be imported where the core is missing."""


TRY_AGAIN = "ExpressivenessTryAgain"
"""Of `components.js`: a button that goes back to the form."""


class StoppedError(Exception):
    """The person closed the App or cancelled; raised inside the work at its next sign of progress."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How the App lists an operator."""

    name: str
    label: str
    description: str
    icon: str
    risk_level: types.RiskLevel = types.RiskLevel.MEDIUM
    view_target: bool = True  # whether FiftyOne asks for dataset, view or selection


class InterviewOperator(foo.Operator):
    """An operator on interviews: subclasses give a listing, a form and a call."""

    listing: ClassVar[Listing]

    on_dataset = True
    """Whether a dataset must be open."""

    @property
    def config(self) -> foo.OperatorConfig:
        """What FiftyOne knows of this operator; any may run in the App, from the SDK or on a delegated worker."""
        return foo.OperatorConfig(
            **asdict(self.listing), dynamic=True, execute_as_generator=True, allow_delegated_execution=True
        )

    def form(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        """Add the inputs; an error of our own kind that is raised here keeps the operator from running."""
        raise NotImplementedError

    def run(self, ctx: foo.executor.ExecutionContext, progress: Progress) -> dict[str, Any]:
        """Do the work.

        Args:
            ctx: what the person chose.
            progress: called with how much is done, how much there is, and a few words.

        Returns:
            The result as JSON holds it, with a sentence for the person under "message".
        """
        raise NotImplementedError

    def resolve_input(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Build the form."""
        inputs = types.Object()
        if missing := missing_packages():
            refuse(inputs, missing_sentence(missing))
        elif self.on_dataset and ctx.dataset is None:
            refuse(inputs, "Open a dataset of interviews first.")
        else:
            self._form_or_refusal(ctx, inputs)
        return types.Property(inputs, view=types.View(label=self.config.label))

    def resolve_output(self, ctx: foo.executor.ExecutionContext) -> types.Property:
        """Show the sentence that the work ended with."""
        outputs = types.Object()
        outputs.str("message", label="Result")
        return types.Property(outputs, view=types.View(label=self.config.label))

    def execute(self, ctx: foo.executor.ExecutionContext) -> dict[str, Any] | Iterator[Any]:
        """Run, as a generator where the App is waiting and as a function elsewhere."""
        if missing := missing_packages():
            raise ModuleNotFoundError(missing_sentence(missing))
        if _called_by_app(ctx):
            return self._stream(ctx)
        return self._call(ctx)

    def _form_or_refusal(self, ctx: foo.executor.ExecutionContext, inputs: types.Object) -> None:
        try:
            self.form(ctx, inputs)
        except Exception as error:  # noqa: BLE001  # told to the person, and logged where nobody foresaw it
            refuse(inputs, sentence_about(error))

    def _call(self, ctx: foo.executor.ExecutionContext) -> dict[str, Any]:
        """Work, and raise what is of a known kind as an error of our own, whose message is all that there is to say."""
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
            yield from self._work(ctx)
        except Exception as error:  # noqa: BLE001  # told to the person, and logged where nobody foresaw it
            yield from self._show_failure(ctx, sentence_about(error), params)

    def _show_failure(self, ctx: foo.executor.ExecutionContext, sentence: str, params: dict[str, Any]) -> Iterator[Any]:
        """Say why the work has failed, in a window that leads back to the form as it was."""
        outputs = types.Object()
        outputs.view("failure", types.Error(label=f"{self.config.label}: not done", description=sentence))
        form = {"operator": self.uri, "params": params}
        outputs.obj("again", view=types.View(component=TRY_AGAIN, composite_view=True, **form))
        yield ctx.ops.show_output(types.Property(outputs).to_json(), {})
        yield ctx.ops.notify(sentence, variant="error")

    def _work(self, ctx: foo.executor.ExecutionContext) -> Iterator[Any]:
        """Work in a thread, and pass on its progress until it is done."""
        work = _Work(lambda progress: self.run(ctx, progress))
        shown = False
        try:
            for done, total, note in work:
                shown = True
                yield ctx.ops.set_progress(label=note, progress=done / max(total, 1))
        finally:
            work.stop()
        result = work.result()
        if shown:  # the window that shows the progress stays open, and a notification may have gone before one looks
            yield ctx.ops.set_progress(label=result["message"], progress=1)
        yield from self.after(ctx, result)
        yield ctx.ops.notify(result["message"], variant="success")

    def after(self, ctx: foo.executor.ExecutionContext, result: dict[str, Any]) -> Iterator[Any]:
        """What the App does once the work is done."""
        if ctx.view is not None and ctx.view._is_generated:  # frames, patches and clips are copies, made anew here
            ctx.view.reload()
            yield ctx.ops.set_view(view=ctx.view)
        yield ctx.ops.reload_dataset()


class _Work:
    """A function in a thread of its own, whose signs of progress are iterated over."""

    def __init__(self, function: Callable[[Progress], dict[str, Any]]) -> None:
        self._function = function
        self._signs: queue.SimpleQueue[tuple[int, int, str] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._result: dict[str, Any] = {}
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[tuple[int, int, str]]:
        while (sign := self._signs.get()) is not None:
            yield sign

    def stop(self) -> None:
        """Let the work end at its next sign of progress, and wait for that."""
        self._stopping.set()
        self._thread.join()

    def result(self) -> dict[str, Any]:
        """What the function returned; raises what it raised."""
        if self._error:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._function(self._progress)
        except BaseException as error:  # noqa: BLE001  # raised again where the result is asked for
            self._error = error
        finally:
            self._signs.put(None)

    def _progress(self, done: int, total: int, note: str = "") -> None:
        if self._stopping.is_set():
            raise StoppedError
        self._signs.put((done, total, note))


def counting(progress: Progress, what: str) -> Progress:
    """Progress that says how much is done: "3 of 12 videos"."""
    return lambda done, total, note="": progress(done, total, note or f"{done} of {total} {what}")


def open_saved_view(ctx: foo.executor.ExecutionContext, name: str) -> Iterator[Any]:
    """Have the App open a view that was just saved; by its name, the App would not know it yet."""
    yield ctx.ops.reload_dataset()
    yield ctx.ops.set_view(view=ctx.dataset.load_saved_view(name))


def show_run(ctx: foo.executor.ExecutionContext, run: str) -> Any:
    """Have the App draw a run's labels, whichever were drawn before."""
    from ..fields import CATEGORY, FACES, RunFields

    labels = RunFields(run)
    return ctx.ops.set_active_fields([CATEGORY, f"frames.{labels.faces}", labels.video, f"frames.{FACES}"])


def counted(number: int, what: str) -> str:
    """A number of things, in words: "1 face", "2,000 faces".

    As `expressiveness.wording` has it, which cannot be imported here: operators are listed where the core is missing,
    too, so that their forms can say how to install it.
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def choose(
    inputs: types.Object, name: str, choices: Mapping[str, str], *, radio: bool = False, **settings: Any
) -> None:
    """Add a choice between values, each with what the person reads.

    As text and not as an enum, so that a value from elsewhere is judged by the core, whose errors say what to do.
    """
    view = types.RadioGroup() if radio else types.DropdownView()
    for value, label in choices.items():
        view.add_choice(value, label=label)
    inputs.str(name, view=view, **settings)


def refuse(inputs: types.Object, sentence: str) -> None:
    """Say why the operator cannot run, and keep it from running."""
    inputs.view("refusal", types.Error(label="Not yet", description=sentence))
    blocked = inputs.bool("cannot_run", required=True, view=types.HiddenView())
    blocked.invalid, blocked.error_message = True, sentence


def warn(inputs: types.Object, name: str, sentence: str) -> None:
    """Say what may go wrong, without keeping anybody from it."""
    inputs.view(name, types.Warning(label="Note", description=sentence))


def _called_by_app(ctx: foo.executor.ExecutionContext) -> bool:
    return not ctx.delegated and "spaces" in ctx.request_params
