"""The dataset in which a study is coded blind: its videos, and nothing that anybody or any model says about them.

What is not in a dataset cannot reach a page that shows it, whatever the page shows: sidebar, filters, tiles, panels.
"""

from __future__ import annotations

import re
from pathlib import Path

import fiftyone as fo
import fiftyone.core.odm as foo
from bson import ObjectId

from expressiveness.coding import ASSIGNMENTS_FILE, CODING_FOLDER, Assignments
from expressiveness.errors import InterviewError

from ..dataset import id_of, info_of, require_interviews
from ..fields import CODING_OF, INFO_KEY, INTERVIEW_ID

ENDING = "to-code"


def coding_dataset(study: fo.Dataset) -> fo.Dataset:
    """The dataset in which a study is coded blind; made if need be, and given the videos that it lacks.

    Raises:
        InterviewError: the study holds no interviews, or another dataset has the name.
    """
    require_interviews(study)
    name = f"{study.name}-{ENDING}"
    if fo.dataset_exists(name):
        dataset = fo.load_dataset(name)
        if dataset.info.get(INFO_KEY, {}).get(CODING_OF) != id_of(study):
            raise InterviewError(f"there is a dataset {name} of something else; rename it")
    else:
        dataset = fo.Dataset(name, persistent=True)
        dataset.media_type = "video"
        dataset.add_sample_field(INTERVIEW_ID, fo.StringField, description="The interview's id, as the data has it")
        dataset.info[INFO_KEY] = {CODING_OF: id_of(study), "dataset": id_of(dataset)}
        dataset.save()
    known = set(dataset.values(INTERVIEW_ID))
    videos = zip(*study.values([INTERVIEW_ID, "filepath", "metadata"]), strict=True)
    dataset.add_samples(
        [
            fo.Sample(filepath=path, metadata=metadata, **{INTERVIEW_ID: id})
            for id, path, metadata in videos
            if id not in known
        ],
        progress=False,
    )
    return dataset


def study_of(dataset: fo.Dataset) -> fo.Dataset:
    """The dataset of the study that a dataset belongs to: the one that it was made to code, or itself.

    Raises:
        InterviewError: that was deleted.
    """
    source = dataset.info.get(INFO_KEY, {}).get(CODING_OF)
    if source is None:
        return dataset
    found = foo.get_db_conn().datasets.find_one({"_id": ObjectId(source)}, {"name": 1})
    if found is None:
        raise InterviewError(f"the dataset that {dataset.name} was made to code is gone; delete this one, too")
    return fo.load_dataset(found["name"])


def view_to_code(dataset: fo.Dataset, coder: str) -> str | None:
    """Save the view of what a coder was assigned, in their order; None if nothing was assigned to them.

    Returns:
        The part of the App's address that opens it.
    """
    file = Path(info_of(study_of(dataset)).get("folder") or "/nowhere") / CODING_FOLDER / ASSIGNMENTS_FILE
    if not file.is_file():
        return None
    ids = dict(zip(*dataset.values([INTERVIEW_ID, "id"]), strict=True))
    wanted = [ids[row.interview] for row in Assignments.read(file).of(coder) if row.interview in ids]
    if not wanted:
        return None
    name = f"to code, {re.sub(r'[^A-Za-z0-9]+', ' ', coder).strip() or 'coder'}"
    dataset.save_view(name, dataset.select(wanted, ordered=True), overwrite=True)
    slug: str = dataset._get_saved_view_doc(name).slug
    return slug
