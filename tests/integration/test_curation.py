"""What people decide in the App: applied to whatever is selected, read back by training, undone exactly."""

from collections import Counter

import fiftyone as fo
import pytest
from fiftyone import ViewField as F

from expressiveness.data import BALANCED, CATEGORIES, EXPRESSIVE, RESERVED
from expressiveness.errors import InterviewError
from fiftyone_plugin.api import detect_faces, import_interviews
from fiftyone_plugin.curation import curate, curation_of, judge_hand_edits, record_hand_edits, undo_curation
from fiftyone_plugin.curation.history import STEPS_KEPT
from fiftyone_plugin.curation.states import BY_HAND
from fiftyone_plugin.review import save_review_views
from fiftyone_plugin.review.views import WRONG

AT = "2026-01-31T12:00:00+00:00"


def stored(dataset):
    """All that MongoDB holds of samples and frames, but for times, ids of what is summed up, and empty fields."""
    documents = []
    for collection in (dataset._sample_collection, dataset._frame_collection):
        for document in collection.find({}, {"last_modified_at": 0}).sort("_id", 1):
            for stretch in (document.get("first_stretches") or {}).get("detections", []):
                del stretch["_id"]
            documents.append({name: value for name, value in document.items() if value is not None})
    return documents


def primary(dataset, attribute="category"):
    """An attribute of every primary face, video by video."""
    return dataset.values(f"frames.faces.detections[].{attribute}")


def other_than(category):
    return CATEGORIES[(CATEGORIES.index(category) + 1) % len(CATEGORIES)]


def edit_by_hand(dataset, frame_number, **changes):
    """Change the primary face of a frame of the first video as the App's Annotate tab does: sample, frame, label."""
    sample = dataset.first()
    face = sample.frames[frame_number]["faces"].detections[0]
    for name, value in changes.items():
        face[name] = value
    sample.save()
    return sample["interview_id"], sample.frames[frame_number].last_modified_at


def test_a_fresh_dataset_holds_no_decision(dataset):
    assert len(curation_of(dataset)) == 0


def test_a_category_set_on_a_view_is_a_decision_on_each_of_its_faces(dataset):
    report = curate(dataset[:2], "category", category=EXPRESSIVE, by=" ann ", at=AT)

    faces = curation_of(dataset).faces
    assert report.faces == len(faces) == dataset[:2].count("frames.faces.detections")
    assert {face.interview for face in faces} == set(dataset[:2].values("interview_id"))
    assert {(face.category, face.excluded, face.decided_by, face.decided_at) for face in faces} == {
        (EXPRESSIVE, False, "ann", AT)
    }
    assert set(primary(dataset[:2])[0]) == {EXPRESSIVE}


def test_confirming_a_face_makes_its_category_a_decision(dataset):
    curate(dataset[:1], "confirm", by="ann", at=AT)
    weak = dataset.first()["category"].label

    curate(dataset[:1], "category", category=other_than(weak), by="bob", level="videos")

    assert {face.category for face in curation_of(dataset).faces} == {weak}  # outranks the whole video's


def test_an_excluded_face_keeps_its_category_and_can_be_included_again(dataset):
    before = stored(dataset)

    curate(dataset[:1], "exclude", by="ann")
    excluded = curation_of(dataset).faces
    curate(dataset[:1], "include", by="bob")

    assert excluded
    assert all(face.excluded and face.decided_by == "ann" for face in excluded)
    assert stored(dataset) == before


def test_including_again_keeps_a_correction(dataset):
    category = other_than(dataset.first()["category"].label)
    curate(dataset[:1], "category", category=category, by="ann")
    curate(dataset[:1], "exclude", by="ann")
    curate(dataset[:1], "include", by="bob")

    assert {(face.category, face.excluded) for face in curation_of(dataset).faces} == {(category, False)}


def test_a_tag_for_another_look_decides_nothing_and_goes_with_a_decision(dataset):
    curate(dataset[:1], "check", by="ann")
    tagged = dataset.count_label_tags()
    undecided = curation_of(dataset)
    curate(dataset[:1], "confirm", by="ann")

    assert tagged == {"check": dataset[:1].count("frames.faces.detections")}
    assert len(undecided) == 0
    assert dataset.count_label_tags() == {}


def test_a_decision_on_a_video_moves_the_faces_that_nobody_decided_on(dataset):
    sample = dataset.first()
    weak = sample["category"].label
    [first, *_] = sorted(sample.frames)
    curate(dataset.select(sample.id).match_frames(F("frame_number") == first), "confirm", by="ann")

    curate(dataset[:1], "category", category=other_than(weak), by="bob", level="videos", at=AT)

    [video] = curation_of(dataset).interviews
    assert (video.interview, video.category, video.decided_by, video.decided_at) == (
        sample["interview_id"],
        other_than(weak),
        "bob",
        AT,
    )
    categories = Counter(primary(dataset[:1])[0])
    assert categories == {weak: 1, other_than(weak): len(sample.frames) - 1}


def test_an_excluded_video_is_a_decision_on_the_interview(dataset):
    curate(dataset[:1], "exclude", by="ann", level="videos")

    [video] = curation_of(dataset).interviews
    assert (video.interview, video.excluded, video.category) == (dataset.first()["interview_id"], True, None)
    assert dataset.first().tags == ["exclude"]


def clips(dataset, run):
    return dataset.to_clips(F(f"{run}.detections").length() > 0)


def frames(dataset, run):
    dataset.set_values("frames.filepath", [["x.jpg"] * len(sample.frames) for sample in dataset])
    return dataset.to_frames(sample_frames=False)


def patches(dataset, run):
    return frames(dataset, run).to_patches(run)


@pytest.mark.parametrize(
    ("kind", "shown_by"),
    [(clips, "faces"), (clips, "first"), (frames, "faces"), (frames, "first"), (patches, "first")],
)
def test_a_decision_on_any_kind_of_view_reaches_the_faces_of_its_frames(dataset, kind, shown_by):
    two = kind(dataset[:2], "first")

    curate(two, "exclude", by="ann", shown_by=[shown_by])

    excluded = curation_of(dataset).faces
    assert {face.interview for face in excluded} == set(dataset[:2].values("interview_id"))
    assert len(excluded) == dataset[:2].count("frames.faces.detections")


def test_a_label_of_a_run_stands_for_the_face_of_its_frame(dataset):
    sample = dataset.first()
    number = sorted(sample.frames)[1]
    label = {"sample_id": sample.id, "field": "frames.first", "frame_number": number}
    label["label_id"] = sample.frames[number]["first"].detections[0].id

    curate(dataset.select_labels([label]), "exclude", by="ann", shown_by=["faces", "first"])

    [face] = curation_of(dataset).faces
    assert (face.interview, face.frame_number) == (sample["interview_id"], number)


def test_a_second_face_is_not_mistaken_for_the_primary_one(dataset):
    sample = dataset.first()
    number = min(sample.frames)
    second = fo.Detection(label="face", bounding_box=[0, 0, 0.1, 0.1], index=1)
    sample.frames[number]["faces"].detections.append(second)
    sample.save()
    label = {"sample_id": sample.id, "field": "frames.faces", "frame_number": number, "label_id": second.id}

    with pytest.raises(InterviewError, match="no primary face"):
        curate(dataset.select_labels([label]), "exclude", by="ann", shown_by=["faces", "first"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"by": "  "}, "say who decides"),
        ({"by": "ann", "decision": "delete"}, "choose from exclude, include"),
        ({"by": "ann", "decision": "category", "category": "Smiling"}, "choose from Reserved Expression"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_what_to_do(dataset, arguments, sentence):
    with pytest.raises(InterviewError, match=sentence):
        curate(dataset, arguments.pop("decision", "exclude"), **arguments)
    assert len(curation_of(dataset)) == 0


@pytest.mark.parametrize("level", ["faces", "videos"])
@pytest.mark.parametrize("decision", ["exclude", "include", "confirm", "category", "check", "checked"])
def test_undoing_restores_everything_exactly(dataset, decision, level):
    curate(dataset[1:4], "exclude", by="ann")
    curate(dataset[2:5], "category", category=BALANCED, by="ann", level="videos")
    curate(dataset[3:6], "check", by="ann", level=level)
    before = stored(dataset)

    report = curate(dataset[:6], decision, category=RESERVED, by="bob", level=level)
    undone = undo_curation(dataset)

    assert stored(dataset) == before
    assert (undone.faces, undone.videos, undone.left) == (report.faces, report.videos, 0)


def test_steps_are_undone_one_after_the_other_down_to_nothing(dataset):
    before = stored(dataset)
    for decision in ("exclude", "confirm", "check"):
        curate(dataset, decision, by="ann")

    assert [undo_curation(dataset).decision for _ in range(3)] == ["check", "confirm", "exclude"]
    assert stored(dataset) == before
    with pytest.raises(InterviewError, match="no curation that could be undone"):
        undo_curation(dataset)


def test_undoing_leaves_what_was_decided_otherwise_since(dataset):
    category = other_than(dataset.first()["category"].label)
    curate(dataset[:2], "exclude", by="ann")
    number = min(dataset.first().frames)
    edit_by_hand(dataset, number, category=category)
    record_hand_edits(dataset)

    report = undo_curation(dataset)

    assert report.left == 1
    [face] = curation_of(dataset).faces
    assert (face.frame_number, face.category, face.excluded) == (number, category, True)


def test_another_process_can_undo(dataset, run_python):
    before = stored(dataset)
    curate(dataset, "exclude", by="ann")

    run_python(
        "import fiftyone as fo; from fiftyone_plugin.curation import undo_curation; "
        f"undo_curation(fo.load_dataset({dataset.name!r}))"
    )

    dataset.reload()
    assert stored(dataset) == before


def test_the_history_is_bounded(dataset):
    one = dataset[:1].match_frames(F("frame_number") == 1)
    for _ in range(STEPS_KEPT + 2):
        curate(one, "confirm", by="ann")

    assert sum(name.startswith("curation_") for name in dataset.list_runs()) == STEPS_KEPT


def test_a_face_changed_by_hand_is_a_correction_by_nobody_known_when_its_frame_was_changed(dataset):
    number = sorted(dataset.first().frames)[1]
    category = other_than(dataset.first()["category"].label)
    interview, changed_at = edit_by_hand(dataset, number, category=category)

    read = curation_of(dataset).faces
    record_hand_edits(dataset)
    dataset.set_values("frames.first.detections.margin", [[[0.0] for _ in sample.frames] for sample in dataset])
    recorded = curation_of(dataset).faces

    assert read == recorded
    [face] = recorded
    assert (face.interview, face.frame_number, face.category, face.decided_by) == (interview, number, category, BY_HAND)
    assert face.decided_at == changed_at.isoformat(timespec="seconds") + "+00:00"


def test_edits_by_hand_are_judged_once_when_somebody_looks(dataset):
    number = min(dataset.first().frames)
    sample = dataset.first()
    corrected = other_than(sample["category"].label)
    edit_by_hand(dataset, number, category=corrected)
    video = dataset.last()
    video["reviewed_category"] = fo.Classification(label=other_than(video["category"].label))
    video.save()

    judged, again = judge_hand_edits(dataset), judge_hand_edits(dataset)

    dataset.reload()
    assert (set(judged), again) == ({sample.id, video.id}, [])
    [prediction] = dataset.first().frames[number]["first"].detections
    assert (prediction.truth, prediction.correct) == (corrected, prediction.label == corrected)
    assert dataset.last()["first_video"].truth == video["reviewed_category"].label
    assert set(primary(dataset[-1:])[0]) == {video["reviewed_category"].label}


def test_a_decision_changed_by_hand_is_not_ascribed_to_who_decided_first(dataset):
    number = min(dataset.first().frames)
    curate(dataset[:1], "confirm", by="ann")
    edit_by_hand(dataset, number, category=other_than(dataset.first()["category"].label))

    assert [face.decided_by for face in curation_of(dataset).faces if face.frame_number == number] == [BY_HAND]


def test_a_face_put_back_by_hand_is_no_longer_decided_on(dataset):
    weak = dataset.first()["category"].label
    curate(dataset[:1], "category", category=other_than(weak), by="ann")
    edit_by_hand(dataset, min(dataset.first().frames), category=weak)

    assert len(curation_of(dataset).faces) == len(dataset.first().frames) - 1


def test_label_tags_given_in_the_app_exclude_faces(dataset):
    dataset[:1].tag_labels("exclude", "frames.faces")

    faces = curation_of(dataset).faces
    assert len(faces) == len(dataset.first().frames)
    assert all(face.excluded for face in faces)


def test_importing_again_with_other_thresholds_moves_undecided_faces_and_keeps_decisions(dataset, sample_interviews):
    from expressiveness.data import Thresholds

    kept = curation_after_deciding(dataset)

    import_interviews(sample_interviews, dataset.name, thresholds=Thresholds(-9, 9))

    dataset.reload()
    assert set(dataset.values("category.label")) == {BALANCED}
    assert curation_of(dataset) == kept
    undecided = dataset[2:].values("frames.faces.detections[].category", unwind=True)
    assert set(undecided) == {BALANCED}


@pytest.mark.parametrize("every", [5, 2])
def test_detecting_again_keeps_decisions_also_on_frames_not_looked_at(dataset, every):
    from expressiveness.faces import ExtractionConfig
    from expressiveness.video import Sampling

    kept = curation_after_deciding(dataset)

    detect_faces(dataset[:2], ExtractionConfig(sampling=Sampling(every=every)), workers=2)

    assert curation_of(dataset) == kept


def curation_after_deciding(dataset):
    """Decide on the first two videos in every way, one face by hand; return the decisions."""
    curate(dataset[:1], "category", category=EXPRESSIVE, by="ann")
    curate(dataset[1:2], "exclude", by="ann")
    curate(dataset[1:2], "confirm", by="ann", level="videos")
    edit_by_hand(dataset, min(dataset.first().frames), category=RESERVED)
    return curation_of(dataset)


def test_a_corrected_mistake_is_no_mistake_any_more_and_is_one_again_when_undone(dataset):
    view = dataset.filter_labels("frames.first", WRONG)
    mistakes = view.count("frames.first.detections")
    [predicted, *_] = view.values("frames.first.detections[].label", unwind=True)
    wrong = dataset.filter_labels("frames.first", WRONG & (F("label") == predicted))
    share = dataset.mean("first_accuracy")
    save_review_views(dataset, "first")

    curate(wrong, "category", category=predicted, by="ann", shown_by=["first"])
    corrected, better = view.count("frames.first.detections"), dataset.mean("first_accuracy")
    undo_curation(dataset)

    assert corrected < mistakes
    assert better > share
    assert view.count("frames.first.detections") == mistakes
    assert dataset.mean("first_accuracy") == pytest.approx(share)
