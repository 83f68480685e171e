"""RecruitView as a FiftyOne dataset type gives the same dataset as the operator."""

import fiftyone as fo
import pytest

from fiftyone_plugin.api import import_interviews
from fiftyone_plugin.dataset import info_of
from fiftyone_plugin.steps.importer import InterviewImporter, Interviews
from tests.interviews import row, write_metadata, write_portrait_video


@pytest.fixture
def folder(tmp_path):
    """Three interviews, of which the last has no video, and a line that is no row."""
    for number in (1, 2):
        write_portrait_video(tmp_path / "videos" / f"vid_{number:04}.mp4")
    return write_metadata(tmp_path, row(1, facial_expression=-1.0), row(2, facial_expression=1.0), row(3), b"{")


def described(dataset):
    """Types and descriptions of all fields, and how the App shows them."""
    schema = {**dataset.get_field_schema(flat=True), **dataset.get_frame_field_schema(flat=True)}
    config = dataset.app_config
    return (
        {name: (type(field), field.description) for name, field in schema.items()},
        [(group.name, group.paths) for group in config.sidebar_groups],
        config.active_fields.paths,
        config.color_scheme.fields,
    )


def without_ids(dataset):
    hidden = {"_id", "_dataset_id", "_rand", "created_at", "last_modified_at", "category"}
    return [
        {name: value for name, value in document.items() if name not in hidden}
        for document in dataset._sample_collection.find().sort("interview_id", 1)
    ]


def test_from_dir_gives_the_same_dataset_as_the_operator(folder, dataset_name):
    import_interviews(folder, dataset_name)
    by_operator = fo.load_dataset(dataset_name)

    by_type = fo.Dataset.from_dir(dataset_dir=str(folder), dataset_type=Interviews)

    assert described(by_type) == described(by_operator)
    assert without_ids(by_type) == without_ids(by_operator)
    assert by_type.values("category.label") == by_operator.values("category.label")
    assert info_of(by_type) | {"dataset": None} == info_of(by_operator) | {"dataset": None}
    assert by_type.media_type == "video"


def test_fields_are_explained_and_sorted_into_groups(folder):
    dataset = fo.Dataset.from_dir(dataset_dir=str(folder), dataset_type=Interviews)

    schema = dataset.get_field_schema()
    ours = set(schema) - {"id", "filepath", "tags", "metadata", "created_at", "last_modified_at"}
    assert [name for name in ours if not schema[name].description] == []
    groups = {group.name: group.paths for group in dataset.app_config.sidebar_groups}
    assert groups["category"] == ["category", "reviewed_category", "decided_by", "decided_at"]
    assert groups["scores"][0] == "facial_expression"
    assert "frames.faces" in groups["faces"]
    assert ours.isdisjoint(groups["other"])


def test_a_bad_row_and_a_missing_video_are_passed_over_and_named(folder, dataset_name):
    importer = InterviewImporter(str(folder))

    dataset = fo.Dataset.from_importer(importer, name=dataset_name, tags="pilot")

    assert len(dataset) == 2
    assert dataset.count_sample_tags() == {"pilot": 2}
    assert [failure.id for failure in importer.failures] == ["metadata.jsonl line 4", "0003"]


def test_merge_dir_adds_what_is_new(folder, dataset_name):
    dataset = fo.Dataset.from_dir(dataset_dir=str(folder), dataset_type=Interviews, name=dataset_name, max_samples=1)

    dataset.merge_dir(dataset_dir=str(folder), dataset_type=Interviews, key_field="interview_id")

    assert dataset.values("interview_id") == ["0001", "0002"]
