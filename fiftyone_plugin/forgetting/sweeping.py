"""Remove an interview from every collection of FiftyOne's database that mentions it.

Frame, patch and clip views are copied into collections of their own; saved views, workspaces, delegated operations,
panel stores and run results contain ids and paths. The interview is removed from documents that keep their meaning
without it; others are deleted and reported. Anything that is neither FiftyOne's nor ours is only reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bson
import fiftyone as fo
import fiftyone.core.odm as foo
from bson import ObjectId
from gridfs import GridFS
from gridfs.errors import NoFile

from expressiveness._io import file_stem

from .. import fields
from ..curation import step_names
from ..dataset import PICTURES, id_of, list_runs, work_folder
from .traces import InseparableError, Traces, ids_in

Document = dict[str, Any]

SAMPLES = ("samples.", "frames.", "patches.", "clips.")
"""Prefixes of collections with samples or frames, of a dataset or copied for a generated view."""

SAVED = {"views": "saved view", "workspaces": "workspace", "delegated_ops": "operation", "execution_store": "entry"}
"""Collections with things saved by people and panels, and what to call them."""

RUNS = {
    "brain_methods": "delete_brain_run",
    "evaluations": "delete_evaluation",
    "annotation_runs": "delete_annotation_run",
    "runs": "delete_run",
}
"""Where a dataset's document lists its runs, and how to delete one."""

OF_THE_IMPORT = frozenset({fields.PARTICIPANT, *fields.RECRUITVIEW.attributes.values()})
"""Fields of other interviews that may equal the id by coincidence."""


@dataclass(frozen=True, slots=True)
class Known:
    """What identifies an interview to be forgotten."""

    interview: str
    videos: frozenset[str]  # paths
    samples: frozenset[str]  # ids
    datasets: tuple[fo.Dataset, ...]  # the datasets that contain it
    pictures: frozenset[str]  # folders with pictures of its frames

    @property
    def names(self) -> set[str]:
        """Its names within its datasets; elsewhere, they may mean another interview."""
        return {self.interview, file_stem(self.interview), *(Path(video).name for video in self.videos)}


@dataclass(slots=True)
class Swept:
    """What was found in the database, and what was done about it."""

    documents: int = 0  # deleted or rewritten
    deleted: list[str] = field(default_factory=list)  # names of saved items that had to be deleted
    recompute: list[str] = field(default_factory=list)  # keys of runs over all videos, to compute again
    left: list[str] = field(default_factory=list)  # the user's own items that still mention it


def known(dataset: fo.Dataset, interview_id: str) -> Known:
    """Find an interview in a dataset, and in other datasets with the same video."""
    database = foo.get_db_conn()
    rows = list(database[dataset._sample_collection_name].find({fields.INTERVIEW_ID: interview_id}, {"filepath": 1}))
    videos = {row["filepath"] for row in rows}
    samples = {row["_id"] for row in rows}
    of_video = {fields.INTERVIEW_ID: interview_id, "filepath": {"$in": list(videos)}}
    same = {"$or": [{"_id": {"$in": list(samples)}}, of_video]}
    names = {dataset.name}
    for document in database.datasets.find({"sample_collection_name": re.compile(r"^samples\.")}):
        if found := [row["_id"] for row in database[document["sample_collection_name"]].find(same, {"_id": 1})]:
            samples.update(found)
            names.add(document["name"])
    datasets = tuple(fo.load_dataset(name) for name in sorted(names))
    pictures = {folder for one in datasets for folder in _picture_folders(one, interview_id)}
    return Known(interview_id, frozenset(videos), frozenset(map(str, samples)), datasets, frozenset(pictures))


def pictures_in(work: Path, interview_id: str) -> Path:
    """The folder in a work folder with pictures of an interview's frames."""
    return work / PICTURES / file_stem(interview_id)


def _picture_folders(dataset: fo.Dataset, interview_id: str) -> Iterator[str]:
    """The folders with pictures of an interview's frames, in the current and earlier work folders of a dataset."""
    yield str(pictures_in(work_folder(dataset), interview_id))
    if dataset.has_frame_field("filepath"):
        for file in dataset.match({fields.INTERVIEW_ID: interview_id}).values("frames.filepath", unwind=True):
            if file and Path(file).parts[-3:-1] == (PICTURES, file_stem(interview_id)):
                yield str(Path(file).parent)


def sweep(known: Known) -> Swept:
    """Remove an interview from everything except the samples and frames of its datasets, which must go last.

    This way an interrupted call can be repeated, since the sample still identifies the interview.
    """
    return _Sweep(known).run()


class _Sweep:
    def __init__(self, known: Known) -> None:
        self.known, self.swept = known, Swept()
        self.database = foo.get_db_conn()
        self.files = GridFS(self.database)
        self.own_samples = {dataset._sample_collection_name for dataset in known.datasets}
        self.own_frames = {dataset._frame_collection_name for dataset in known.datasets}
        self.samples = self._samples_with_copies()
        ids, paths = self._ids(), known.videos | known.pictures
        numbers = {name for name in known.names if re.fullmatch(r"[1-9]\d*", name)}  # could appear anywhere in text
        self.here = Traces(ids, paths | known.names - numbers, numbers)
        self.anywhere = Traces(ids, paths)
        self.in_samples = Traces(known.samples, paths, known.names)
        documents = self.database.datasets.find({}, {"name": 1, "sample_collection_name": 1})
        self.names = {document["_id"]: document["name"] for document in documents}
        self.foreign = set(self.names) - {ObjectId(id_of(dataset)) for dataset in known.datasets}

    def run(self) -> Swept:
        self._forget_saved()
        self._forget_runs()
        self._forget_files_of_no_run()
        self._forget_in_datasets()
        self._delete_copies()
        self._look_at_other_samples()
        self._look_at_unknown_collections()
        for dataset in self.known.datasets:
            dataset.reload()
        return self.swept

    def _samples_with_copies(self) -> list[ObjectId]:
        """The ids of the samples, of views derived from them, such as clips, and of views derived from those."""
        found = newest = {ObjectId(id) for id in self.known.samples}
        while newest:
            made = {"_sample_id": {"$in": list(newest)}}
            of_these = {
                document["_id"]
                for collection in self._collections(SAMPLES)
                for document in self.database[collection].find(made, {"_id": 1})
            }
            newest = of_these - found
            found = found | newest
        return list(found)

    def _ids(self) -> set[str]:
        """The ids of the samples, their frames and labels, and all copies of these."""
        found = set(self.known.samples)
        for collection in self._collections(SAMPLES):
            for document in self.database[collection].find(self._of_it()):
                found.update(ids_in(document))
        return found

    def _of_it(self) -> Document:
        """A query for the interview's samples, frames, tags and copies."""
        return {"$or": [{"_id": {"$in": self.samples}}, {"_sample_id": {"$in": self.samples}}]}

    def _collections(self, beginning: tuple[str, ...] = ("",)) -> list[str]:
        return sorted(name for name in self.database.list_collection_names() if name.startswith(beginning))

    def _traces(self, document: Document) -> Traces:
        """The traces to look for in a document; in other datasets' documents, its names may mean another interview."""
        return self.anywhere if _dataset_of(document) in self.foreign else self.here

    def _forget_saved(self) -> None:
        for collection, what in SAVED.items():
            for document in list(self.database[collection].find()):
                traces = self._traces(document)
                if not traces.are_in(document):
                    continue
                self.swept.documents += 1
                try:
                    kept = traces.taken_out_of(document)
                    self.database[collection].replace_one({"_id": document["_id"]}, kept)
                except InseparableError:
                    self._delete_saved(collection, document)
                    self.swept.deleted.append(f"{what} {_name_of(document)}")

    def _delete_saved(self, collection: str, document: Document) -> None:
        self.database[collection].delete_one({"_id": document["_id"]})
        if collection in ("views", "workspaces"):
            listed = "saved_views" if collection == "views" else "workspaces"
            self.database.datasets.update_many({listed: document["_id"]}, {"$pull": {listed: document["_id"]}})
        log = document.get("log_path")
        if log and Path(log).is_file():
            self.swept.left.append(f"{log}, the log of an operation that was about it")

    def _forget_runs(self) -> None:
        for dataset in self.known.datasets:
            dataset.reload()  # its list of saved views may have changed
            listed = self.database.datasets.find_one({"_id": ObjectId(id_of(dataset))})
            ours = {*list_runs(dataset), *step_names(dataset)}
            for kind, delete in RUNS.items():
                for key, id in dict(listed.get(kind) or {}).items():
                    if not (kind == "runs" and key in ours) and (kind == "brain_methods" or self._is_in_run(id)):
                        getattr(dataset, delete)(key)
                        self.swept.documents += 1
                        self.swept.recompute.append(key)
        for document in list(self.database.runs.find({"_dataset_id": {"$nin": list(self._own_ids())}})):
            if self._is_in_run(document["_id"]):
                self._forget_foreign_run(document)

    def _own_ids(self) -> Iterator[ObjectId]:
        return (ObjectId(id_of(dataset)) for dataset in self.known.datasets)

    def _is_in_run(self, id: ObjectId) -> bool:
        document = self.database.runs.find_one({"_id": id}) or {}
        traces = self._traces(document)
        return traces.are_in(document) or self._is_in_file(document.get("results"), traces)

    def _is_in_file(self, id: ObjectId | None, traces: Traces) -> bool:
        """Whether a GridFS file, such as a run's results, mentions the interview."""
        if id is None:
            return False
        try:
            return traces.are_in(self.files.get(id).read().decode(errors="replace"))
        except NoFile:
            return False

    def _forget_foreign_run(self, document: Document) -> None:
        """Report a run of another dataset; delete it if that dataset no longer exists."""
        dataset = self.names.get(document["_dataset_id"])
        if dataset:
            self.swept.left.append(f"the run {document['key']} of the dataset {dataset}")
            return
        self.database.runs.delete_one({"_id": document["_id"]})
        if document.get("results"):
            self.files.delete(document["results"])
        self.swept.documents += 1

    def _forget_files_of_no_run(self) -> None:
        """Delete GridFS files left by deleted runs."""
        used = set(self.database.runs.distinct("results"))
        for file in list(self.database["fs.files"].find({"_id": {"$nin": list(used)}}, {"_id": 1})):
            if self._is_in_file(file["_id"], self.here):
                self.files.delete(file["_id"])
                self.swept.documents += 1

    def _forget_in_datasets(self) -> None:
        """Remove it from lists in the datasets' info, settings or schemas; report what remains."""
        for document in list(self.database.datasets.find()):
            traces = self.anywhere if document["_id"] in self.foreign else self.here
            for key, value in document.items():
                if key == "_id" or not traces.are_in(value):
                    continue
                try:
                    change = {"$set": {key: traces.taken_out_of(value)}}
                except InseparableError:
                    self.swept.left.append(f"what the dataset {document['name']} says of it under {key}")
                    continue
                self.database.datasets.update_one({"_id": document["_id"]}, change)
                self.swept.documents += 1

    def _delete_copies(self) -> None:
        """Delete what is derived from the sample: tags, and its documents in frame, patch and clip views."""
        for collection in self._collections():
            if collection not in self.own_samples | self.own_frames:
                self.swept.documents += self.database[collection].delete_many(self._of_it()).deleted_count

    def _look_at_other_samples(self) -> None:
        """Report other samples that mention the interview in any user-defined field."""
        words = [re.escape(word.encode()) for word in (*self.known.videos, *self.known.pictures, *self.known.names)]
        words += [re.escape(word) for id in self.known.samples for word in (ObjectId(id).binary, id.encode())]
        pattern = re.compile(b"|".join(words))
        not_its = {"_id": {"$nin": self.samples}, "_sample_id": {"$nin": self.samples}}
        for collection in self._collections(SAMPLES):
            for namesake in self.database[collection].find({fields.INTERVIEW_ID: self.known.interview, **not_its}):
                self.swept.left.append(
                    f"interview {self.known.interview} of {self._owner(collection)}, which has another video "
                    f"({namesake['filepath']}); if it is the same person's, forget it there, too"
                )
            own = collection in self.own_samples | self.own_frames
            traces = self.in_samples if own else self.anywhere
            where = set()
            for batch in self.database[collection].find_raw_batches(not_its):
                if pattern.search(batch):
                    for document in bson.decode_all(batch):
                        where |= {key for key, value in document.items() if traces.are_in(value)} - OF_THE_IMPORT
            if where:
                self.swept.left.append(f"other samples of {self._owner(collection)}, in {', '.join(sorted(where))}")

    def _owner(self, collection: str) -> str:
        sample_collection = {"$in": [collection, collection.removeprefix("frames.")]}
        document = self.database.datasets.find_one({"sample_collection_name": sample_collection})
        return f"the dataset {document['name']}" if document else f"the collection {collection}"

    def _look_at_unknown_collections(self) -> None:
        ours = {*SAVED, "datasets", "runs", "fs.files", "fs.chunks"}
        for collection in self._collections():
            if collection in ours or collection.startswith(SAMPLES):
                continue
            if any(self.here.are_in(document) for document in self.database[collection].find()):
                self.swept.left.append(f"the collection {collection} of the database, which this program does not know")


def _dataset_of(document: Document) -> ObjectId | None:
    return document.get("_dataset_id") or document.get("dataset_id")


def _name_of(document: Document) -> str:
    """The display name of a saved item."""
    if "operator" in document:
        return f"{document['operator']} ({document.get('run_state')})"
    return str(document.get("name") or f"{document.get('store_name')}/{document.get('key')}")
