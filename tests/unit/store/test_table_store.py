import pytest

from expressiveness.store.table_store import mixed_by_size
from tests.interviews import interview


def test_any_first_part_of_a_run_has_small_and_large_videos_as_the_whole_has(tmp_path):
    interviews = [interview(number, video=tmp_path / f"{number}.mp4") for number in range(60)]
    for number, one in enumerate(interviews):
        one.video.write_bytes(b"?" * (100 if number < 30 else 100 * number))

    ordered = mixed_by_size(interviews)

    sizes = [one.video.stat().st_size for one in ordered]
    mean = sum(sizes) / len(sizes)
    for part in (6, 15, 30):
        assert sum(sizes[:part]) / part == pytest.approx(mean, rel=0.15)
    assert sorted(one.id for one in ordered) == [one.id for one in interviews]
    assert mixed_by_size([interview(1, video=tmp_path / "gone.mp4")])
