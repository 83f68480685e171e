"""Turn any error into a sentence for the user."""

from __future__ import annotations

import logging

from pymongo.errors import PyMongoError

logger = logging.getLogger(__name__)


def sentence_about(error: BaseException) -> str:
    """The message for the user; unexpected errors are also logged with their traceback."""
    if sentence := foreseen(error):
        return sentence
    logger.error("unforeseen in an operator or panel", exc_info=error)
    said = str(error).strip().partition("\n")[0]
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return f"This should not have happened ({what}). The terminal of the App says more; please report it."


def foreseen(error: BaseException) -> str | None:
    """The message for an expected error; None for any other."""
    if _is_ours(error) or isinstance(error, ModuleNotFoundError):
        return str(error)
    if isinstance(error, PyMongoError):
        return "FiftyOne's database does not answer: start the App again, and repeat this; what was written is kept"
    if isinstance(error, MemoryError):
        return "There is not enough memory: close other programs, or choose fewer videos; what is done is kept"
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}; mend that and do the same again"
    return None


def _is_ours(error: BaseException) -> bool:
    try:
        from expressiveness.errors import ExpressivenessError
    except ModuleNotFoundError:  # FiftyOne may copy the plugin without installing the package; forms must report that
        return False
    return isinstance(error, ExpressivenessError)
