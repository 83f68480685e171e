from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from benchmarks.speed.faces import face_table
from expressiveness.models import LabelledFaces, faces_of
from expressiveness.models.cnn.labelled_faces import drawn_rows
from expressiveness.models.training import LabelledClip
from tests.interviews import interview

BATCH = 32


def clips_of(count, faces):
    for number in range(count):
        nothing = np.zeros(faces, dtype=bool)
        category = np.full(faces, number % 3, dtype=np.int32)
        yield LabelledClip(interview(number), face_table(faces, number), None, None, category, nothing, number % 3, 0.0)


def peak_megabytes(clips, faces):
    """The most memory of a process that collects faces, and then reads all of them in batches, in random order."""
    import resource

    collected = faces_of(clips_of(clips, faces), "deviation")
    order = np.random.default_rng(0).permutation(len(collected))
    for start in range(0, len(order), BATCH):
        crop, reference, category = collected.batch(order[start : start + BATCH])
        assert len(crop) == len(reference) == len(category)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.slow
def test_ten_times_the_faces_take_no_more_memory():
    """50,000 faces are 115 MB; mapped and not let go of, they take 100 MB more."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as fresh:
        few, many = (fresh.submit(peak_megabytes, clips, 500).result() for clips in (10, 100))

    assert many - few < 20


def test_a_batch_holds_the_crops_references_and_categories_of_its_rows():
    clips = list(clips_of(3, 5))
    faces = faces_of(clips, "deviation")

    crop, reference, category = faces.batch(np.array([11, 0]))

    assert np.array_equal(crop, [clips[2].faces.crop[1], clips[0].faces.crop[0]])
    assert np.allclose(reference, [clips[2].faces.crop.mean(axis=0), clips[0].faces.crop.mean(axis=0)])
    assert category.tolist() == [2, 0]


def of_lengths(*lengths):
    owner = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    ids = tuple(str(number) for number in range(len(lengths)))
    return LabelledFaces(ids, np.zeros((len(owner), 0, 0), np.uint8), np.zeros((0, 0, 0), np.float32), owner, owner)


def test_a_long_clip_gives_no_more_faces_than_asked_for_spread_over_all_of_it():
    faces = of_lengths(3, 100)

    drawn = [drawn_rows(faces, np.arange(103), 10, np.random.default_rng(seed)) for seed in range(50)]

    for rows in drawn:
        assert rows[:3].tolist() == [0, 1, 2]
        assert ((rows[3:] - 3) // 10).tolist() == list(range(10))
    assert len(np.unique(drawn)) == 103, "over the epochs all of them have a turn"


def test_faces_to_validate_on_are_the_same_each_time():
    assert drawn_rows(of_lengths(9), np.arange(9), 3, None).tolist() == [1, 4, 7]


def test_all_faces_are_taken_where_no_bound_is_set():
    assert drawn_rows(of_lengths(3, 4), np.array([0, 2, 5]), None, np.random.default_rng(0)).tolist() == [0, 2, 5]
