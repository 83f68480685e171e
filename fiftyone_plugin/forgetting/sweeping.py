"""Take an interview out of the whole of FiftyOne's database, whichever collection mentions it.

Views of frames, patches and clips are copies in collections of their own; saved views, workspaces, queued work, stores
of panels and results of runs hold ids and paths. The interview is taken out of what still means the same without it;
anything else is deleted, and named. What is neither FiftyOne's nor ours is named and left.
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
"""How the names of collections begin that hold samples or frames: a dataset's, or copies in a generated view."""

SAVED = {"views": "saved view", "workspaces": "workspace", "delegated_ops": "operation", "execution_store": "entry"}
"""Collections of what people and panels save, and what a document of each is called."""

RUNS = {
    "brain_methods": "delete_brain_run",
    "evaluations": "delete_evaluation",
    "annotation_runs": "delete_annotation_run",
    "runs": "delete_run",
}
"""Where a dataset's document lists its runs, and what deletes one."""

OF_THE_IMPORT = frozenset({fields.PARTICIPANT, *fields.RECRUITVIEW.attributes.values()})
"""Other interviews' fields that may hold the same text as an id by chance."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an interview when it is to be forgotten."""

    interview: str
    videos: frozenset[str]  # paths
    samples: frozenset[str]  # ids
    datasets: tuple[fo.Dataset, ...]  # that have a sample of it
    pictures: frozenset[str]  # folders of its frames' pictures

    @property
    def names(self) -> set[str]:
        """What it is called within its datasets; in others, the same may be another interview."""
        return {self.interview, file_stem(self.interview), *(Path(video).name for video in self.videos)}


@dataclass(slots=True)
class Swept:
    """What the database held of an interview, and what became of it."""

    documents: int = 0  # deleted or rewritten
    deleted: list[str] = field(default_factory=list)  # what people had saved and cannot be kept without it, named
    recompute: list[str] = field(default_factory=list)  # keys of runs over all videos
    left: list[str] = field(default_factory=list)  # what mentions it still, and is the user's


def known(dataset: fo.Dataset, interview_id: str) -> Known:
    """Find an interview of a dataset, also in the other datasets that have it of the same video."""
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
    """Where a work folder has the pictures of an interview's frames."""
    return work / PICTURES / file_stem(interview_id)


def _picture_folders(dataset: fo.Dataset, interview_id: str) -> Iterator[str]:
    """Where a dataset has the pictures of an interview's frames, and had them before it got another work folder."""
    yield str(pictures_in(work_folder(dataset), interview_id))
    if dataset.has_frame_field("filepath"):
        for file in dataset.match({fields.INTERVIEW_ID: interview_id}).values("frames.filepath", unwind=True):
            if file and Path(file).parts[-3:-1] == (PICTURES, file_stem(interview_id)):
                yield str(Path(file).parent)


def sweep(known: Known) -> Swept:
    """Take an interview out of everything but its datasets' own samples and frames, which are to go last.

    Then an interrupted call can be repeated: as long as the sample is there, so is all that identifies it.
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
        numbers = {name for name in known.names if re.fullmatch(r"[1-9]\d*", name)}  # also words of other sentences
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
        """The samples, what was made of them, such as clips, and what was made of that, such as their frames."""
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
        """The ids of the samples with their frames and labels, and of the copies of these."""
        found = set(self.known.samples)
        for collection in self._collections(SAMPLES):
            for document in self.database[collection].find(self._of_it()):
                found.update(ids_in(document))
        return found

    def _of_it(self) -> Document:
        """A query for samples, frames, tags and copies that are the interview's."""
        return {"$or": [{"_id": {"$in": self.samples}}, {"_sample_id": {"$in": self.samples}}]}

    def _collections(self, beginning: tuple[str, ...] = ("",)) -> list[str]:
        return sorted(name for name in self.database.list_collection_names() if name.startswith(beginning))

    def _traces(self, document: Document) -> Traces:
        """What tells of the interview in a document: in those of other datasets, its names may mean another one."""
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
            dataset.reload()  # saved views may have been taken from its list
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
        """Whether a file within the database, such as a run's results, mentions the interview."""
        if id is None:
            return False
        try:
            return traces.are_in(self.files.get(id).read().decode(errors="replace"))
        except NoFile:
            return False

    def _forget_foreign_run(self, document: Document) -> None:
        """Name a run of another dataset; one of a dataset that is gone goes, too."""
        dataset = self.names.get(document["_dataset_id"])
        if dataset:
            self.swept.left.append(f"the run {document['key']} of the dataset {dataset}")
            return
        self.database.runs.delete_one({"_id": document["_id"]})
        if document.get("results"):
            self.files.delete(document["results"])
        self.swept.documents += 1

    def _forget_files_of_no_run(self) -> None:
        """Delete what a run that is gone left among the database's files."""
        used = set(self.database.runs.distinct("results"))
        for file in list(self.database["fs.files"].find({"_id": {"$nin": list(used)}}, {"_id": 1})):
            if self._is_in_file(file["_id"], self.here):
                self.files.delete(file["_id"])
                self.swept.documents += 1

    def _forget_in_datasets(self) -> None:
        """Take it out of lists that were put into a dataset's info, settings or schemas; name what is left."""
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
        """Delete what was made of the interview's sample: tags, and its part of views of frames, patches and clips."""
        for collection in self._collections():
            if collection not in self.own_samples | self.own_frames:
                self.swept.documents += self.database[collection].delete_many(self._of_it()).deleted_count

    def _look_at_other_samples(self) -> None:
        """Name other samples that mention the interview, in whatever field somebody added."""
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
    """What a person knows a saved thing by."""
    if "operator" in document:
        return f"{document['operator']} ({document.get('run_state')})"
    return str(document.get("name") or f"{document.get('store_name')}/{document.get('key')}")
