"""The codes of every coder, each an entry of its own in FiftyOne's execution store, with the dataset of the study.

Entries are only ever added: a change of mind is another one. Forgetting an interview deletes those about it, and
deleting the dataset deletes all.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import fiftyone as fo
import fiftyone.core.odm as foo
from bson import ObjectId
from fiftyone.operators.store import ExecutionStore
from pydantic import ValidationError

from expressiveness.coding import Code, Codings
from expressiveness.errors import InterviewError
from expressiveness.wording import problems

from ..dataset import id_of
from ..fields import INTERVIEW_ID
from .blind_dataset import study_of

STORE = "expressiveness_codes"


def keep_codes(
    dataset: fo.Dataset, coder: str, given: Sequence[Mapping[str, Any]], *, seen: str
) -> tuple[list[str], dict[str, str]]:
    """Keep what a coder says.

    Args:
        dataset: of the study, or the one in which it is coded.
        coder: who says it.
        given: codes, each with a `key` of its own, the `sample` that it is about, and fields of `Code`. A key that is
            there already is left as it is, so that a page may send a code again if it had no answer.
        seen: "hidden" or "shown", as `Code` has it.

    Returns:
        The keys of what is kept now, and for the others the reason.
    """
    study = study_of(dataset)
    store = _store(study)
    samples = {str(code.get("sample")) for code in given}
    known = dict(zip(*dataset.select(_valid(samples)).values(["id", INTERVIEW_ID]), strict=True))
    saved, refused = [], {}
    for one in given:
        fields = {name: value for name, value in one.items() if name not in ("key", "sample")}
        key, interview = str(one.get("key") or uuid.uuid4().hex), known.get(str(one.get("sample")))
        try:
            if interview is None:
                raise InterviewError("this dataset has no such video; reload the page")
            code = Code(
                **{**fields, "coder": coder, "interview": interview, "seen": seen, "at": datetime.now(timezone.utc)}
            )
        except ValidationError as error:
            refused[key] = problems(error)
        except (InterviewError, TypeError) as error:
            refused[key] = str(error)
        else:
            store.set_if_absent(f"{code.coder}/{key}", _plain(code))
            saved.append(key)
    return saved, refused


def keep_codings(dataset: fo.Dataset, codings: Codings) -> int:
    """Keep codes that were given elsewhere; those that are there already are not added again.

    Returns:
        How many were added.
    """
    study = study_of(dataset)
    store, there = _store(study), {_mark(code) for code in _documents(study)}
    new = [plain for code in codings.codes() if _mark(plain := _plain(code)) not in there]
    for plain in new:
        store.set_if_absent(f"{plain['coder']}/{uuid.uuid4().hex}", plain)
    return len(new)


def codings_of(dataset: fo.Dataset) -> Codings:
    """The codes of all coders about a study, with everything that they have changed since."""
    return Codings.of(Code(**code) for code in _documents(study_of(dataset)))


def own_codes(dataset: fo.Dataset, coder: str, sample: str) -> list[dict[str, Any]]:
    """What one coder last said about one video, ready for JSON."""
    [interview] = dataset.select(sample).values(INTERVIEW_ID)
    said = _documents(study_of(dataset), coder=coder, interview=interview, role="single")
    return [_plain(code) for code in Codings.of(Code(**code) for code in said).current().codes()]


def _store(study: fo.Dataset) -> ExecutionStore:
    return ExecutionStore.create(STORE, dataset_id=ObjectId(id_of(study)))


def _documents(study: fo.Dataset, **wanted: str) -> Iterator[dict[str, Any]]:
    """The entries of a study, in the order in which they were given."""
    query = {"store_name": STORE, "dataset_id": ObjectId(id_of(study)), "value.coder": {"$exists": True}}
    query |= {f"value.{name}": value for name, value in wanted.items()}
    # All at once: the store itself asks the database for each of them.
    for document in foo.get_db_conn().execution_store.find(query, {"value": 1}).sort([("value.at", 1), ("_id", 1)]):
        yield document["value"]


def _plain(code: Code) -> dict[str, Any]:
    return {name: value for name, value in code.as_dict().items() if value is not None}


def _mark(code: Mapping[str, Any]) -> str:
    return repr(sorted(code.items()))


def _valid(samples: set[str]) -> list[str]:
    return [sample for sample in samples if ObjectId.is_valid(sample)]
