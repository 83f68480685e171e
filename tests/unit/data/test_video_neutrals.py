from expressiveness.data import NEUTRAL_FILE, neutrals_of_videos


def stretches(found, video):
    return [(one.interview.video.name, one.start, one.end) for one in found[video].stretches]


def study(folder):
    (folder / "clips").mkdir(parents=True)
    videos = [folder / "clips" / name for name in ("a.mp4", "b.mp4", "c.mp4")]
    rows = ["id,video,participant,score"]
    for number, (video, person) in enumerate(zip(videos, "PPQ", strict=True), start=1):
        video.write_bytes(video.name.encode())
        rows.append(f"{number},clips/{video.name},{person},{number}")
    (folder / "study.csv").write_text("\n".join(rows) + "\n")
    return videos


def test_a_table_above_the_videos_names_the_stretches_of_each_ones_participant(tmp_path):
    one, two, other = study(tmp_path)
    (tmp_path / NEUTRAL_FILE).write_text("id,participant,start,end\n2,,1,3\n")

    found = neutrals_of_videos([one, two, other])

    assert stretches(found, one) == stretches(found, two) == [("b.mp4", 1.0, 3.0)]
    assert stretches(found, other) == []


def test_a_file_that_is_given_is_used_instead_and_its_bad_rows_are_kept(tmp_path):
    one, _, other = study(tmp_path / "study")
    (tmp_path / "study" / NEUTRAL_FILE).write_text("id,start,end\n2,1,3\n")
    (tmp_path / "mine.csv").write_text("participant,start,end\nQ,0,1\nX,0,1\n")

    found = neutrals_of_videos([one, other], tmp_path / "mine.csv")

    assert (stretches(found, one), stretches(found, other)) == ([], [("c.mp4", 0.0, 1.0)])
    assert [str(row) for row in found[one].bad_rows] == ["line 3: there is no interview of X"]


def test_a_video_of_no_interviews_is_named_by_its_file(tmp_path):
    (tmp_path / "ann.mp4").write_bytes(b"1")
    (tmp_path / "eve.mp4").write_bytes(b"2")
    (tmp_path / NEUTRAL_FILE).write_text("id,start,end\nann,2,4\n")

    found = neutrals_of_videos([tmp_path / "ann.mp4", tmp_path / "eve.mp4"])

    assert stretches(found, tmp_path / "ann.mp4") == [("ann.mp4", 2.0, 4.0)]
    assert stretches(found, tmp_path / "eve.mp4") == []


def test_without_a_table_near_a_video_nothing_is_named(tmp_path):
    assert neutrals_of_videos(study(tmp_path)) == {}
