import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace

import av
import cv2
import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from expressiveness._io import LOCK_FILE, MANIFEST, Manifest
from expressiveness.data import TARGETS, Thresholds, read_interviews
from expressiveness.errors import ConfigError, OutputError
from expressiveness.faces import FaceDetector, face_crop
from expressiveness.samples import render_sample_interviews
from expressiveness.samples.acting import energy_of, perform
from expressiveness.samples.looks import Look, dress
from expressiveness.samples.plan import plan_interviews
from expressiveness.samples.portraits import EYES, SITTERS
from expressiveness.samples.puppet import Pose, Puppet
from expressiveness.samples.rendering import SampleConfig
from expressiveness.samples.warps import GESTURES, MOTIONS
from expressiveness.video import Sampling, read_frames

SMALL = {"participants": 2, "clips_per_participant": 2, "seconds": 0.5, "fps": 8, "size": (160, 120)}
KEYS = [
    *("id", "file_name", "duration", "question_id", "question", "video_quality", "user_no"),
    *("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism", "overall_personality"),
    *("interview_score", "answer_score", "speaking_skills", "confidence_score", "facial_expression"),
    *("overall_performance", "transcript", "gemini_summary"),
]


@pytest.fixture(scope="module")
def default_plan():
    return plan_interviews(participants=12, clips_per_participant=3, seconds=4.0, seed=0)


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    return render_sample_interviews(tmp_path_factory.mktemp("samples") / "set", workers=1, **SMALL)


def scores(plan):
    return np.array([interview.row["facial_expression"] for interview in plan])


def clips_by_person(plan):
    people = {}
    for interview in plan:
        people.setdefault(interview.row["user_no"], []).append(interview)
    return people


def contents(folder):
    """Every file of the folder, those that are hidden included, but for its lock and the list of what was written."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in (LOCK_FILE, MANIFEST)]
    return {path.relative_to(folder): path.read_bytes() for path in files}


def frames(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


# --- The plan ---------------------------------------------------------------


def test_a_row_has_recruitviews_keys_and_types_in_its_order(default_plan):
    for number, interview in enumerate(default_plan, start=1):
        assert list(interview.row) == KEYS
        assert interview.row["id"] == f"{number:04}"
        assert interview.row["file_name"] == f"videos/vid_{number:04}.mp4"
        assert interview.row["duration"] in ("short", "medium", "long")
        assert interview.row["video_quality"] in ("High", "Low")
        assert interview.row["user_no"].isdecimal()
        assert interview.row["question_id"].isdecimal()
        assert all(isinstance(interview.row[target], float) for target in TARGETS)


def test_rows_stand_in_blocks_of_one_question_ordered_as_text(default_plan):
    questions = [interview.row["question_id"] for interview in default_plan]

    assert questions == sorted(questions)
    assert questions != sorted(questions, key=int)


def test_every_row_says_that_it_is_synthetic(default_plan):
    for interview in default_plan:
        assert all("[synthetic]" in line for line in interview.row["transcript"].splitlines())
        assert interview.row["transcript"].startswith("[00:00 - 00:02] ")
        assert "[synthetic]" in interview.row["gemini_summary"]


def test_the_score_follows_the_amplitude_and_nothing_else(default_plan):
    amplitudes = np.array([interview.amplitude for interview in default_plan])

    assert np.array_equal(np.argsort(amplitudes), np.argsort(scores(default_plan)))
    assert amplitudes.min() < 0.06
    assert amplitudes.max() > 0.94


def test_scores_spread_like_recruitviews():
    spread = scores(plan_interviews(participants=200, clips_per_participant=5, seconds=1, seed=1))

    assert abs(spread.mean()) < 0.01
    assert spread.std() == pytest.approx(1.15, abs=0.05)
    assert [np.mean(spread < -0.3), np.mean(spread > 0.3)] == pytest.approx([0.37, 0.36], abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_who_is_shown_says_nothing_about_the_score(seed):
    plan = plan_interviews(participants=12, clips_per_participant=3, seconds=4, seed=seed)
    people = clips_by_person(plan).values()

    means = np.array([scores(clips).mean() for clips in people])
    assert means.std() < 0.2 < scores(plan).std() / 5
    for clips in people:
        assert len(clips) == 3
        assert len({Thresholds().category(clip.row["facial_expression"]) for clip in clips}) > 1
        assert np.ptp([clip.amplitude for clip in clips]) > 0.3


def test_the_question_says_nothing_about_the_score(default_plan):
    first = [interview for interview in default_plan if interview.row["question_id"] == "1"]

    assert len(first) == 12
    assert abs(scores(first).mean()) < 0.6
    assert {Thresholds().index(score) for score in scores(first)} >= {0, 2}


def test_the_other_targets_correlate_with_the_score_moderately(default_plan):
    for target in set(TARGETS) - {"facial_expression"}:
        values = [interview.row[target] for interview in default_plan]
        correlation = np.corrcoef(values, scores(default_plan))[0, 1]
        assert 0.45 <= (-correlation if target == "neuroticism" else correlation) <= 0.75


def test_a_participant_looks_the_same_in_each_clip_and_like_nobody_else(default_plan):
    looks = [{clip.look for clip in clips} for clips in clips_by_person(default_plan).values()]

    assert all(len(own) == 1 for own in looks)
    assert len(set.union(*looks)) == 12


def test_the_seed_decides_the_plan(default_plan):
    assert plan_interviews(12, 3, 4.0, seed=0) == default_plan
    assert plan_interviews(12, 3, 4.0, seed=1) != default_plan


# --- Acting and drawing -----------------------------------------------------


def poses(amplitude):
    return list(perform(np.arange(90) / 15, amplitude, np.random.default_rng(3)))


def test_the_amplitude_scales_the_gestures_but_not_the_blinks():
    calm, lively = poses(0.02), poses(1.0)

    acted = [GESTURES.index(name) for name in ("smile", "frown", "brows_up", "brows_down")]
    assert max(pose.gestures[acted].max() for pose in calm) < 0.05
    assert max(pose.gestures[acted].max() for pose in lively) > 0.9
    assert [pose.lids for pose in calm] == [pose.lids for pose in lively]
    assert max(pose.lids for pose in calm) > 0.9


def test_even_a_calm_participant_talks_and_moves():
    calm = poses(0.02)

    assert np.ptp([pose.lips for pose in calm]) > 0.02
    assert np.ptp([pose.motions[MOTIONS.index("yaw")] for pose in calm]) > 0.005


@pytest.fixture(scope="module", params=range(2 * len(SITTERS)))
def puppet(request):
    """Each portrait, as it is and mirrored, filling a frame of 240 pixels; the eyes' middle is at (160, 100)."""
    look = Look.sample(request.param, np.random.default_rng(request.param))
    room = np.full((240, 320, 3), (0, 255, 0), np.uint8)
    return Puppet(dress(look, unit=60.0), room, scale=1.0, eyes=(160, 100))


def pose(lids=0.0, lips=0.0, **gestures):
    strengths = np.array([gestures.get(name, 0.0) for name in GESTURES], np.float32)
    return Pose(strengths, np.zeros(len(MOTIONS), np.float32), lids, lips)


def test_closed_lids_cover_the_pupils(puppet):
    def darkest_near_the_eyes(frame):
        return min(int(frame[92:109, x - 9 : x + 9].max(axis=2).min()) for x in (130, 190))

    assert darkest_near_the_eyes(puppet.draw(pose(lids=1))) > darkest_near_the_eyes(puppet.draw(pose())) + 15


def test_an_open_mouth_is_dark_inside(puppet):
    closed, opened = (puppet.draw(pose(lips=lips))[150:215, 130:190].max(axis=2) for lips in (0, 0.35))

    assert np.mean((opened < 75) & (closed > 90)) > 0.03


def test_no_border_shows_around_the_person(puppet):
    for frame in (puppet.draw(pose()), puppet.draw(pose(smile=1.2, brows_up=1.2, lips=0.3))):
        assert (frame[:, :8][:100] == (0, 255, 0)).all()
        assert (frame[:, -8:][:100] == (0, 255, 0)).all()


def test_a_mirrored_look_keeps_its_landmarks_on_the_face():
    plain = replace(Look.sample(0, np.random.default_rng(0)), shape=(0.0,) * 12, light=(0.0, 0.0), mirrored=False)
    portrait, mirrored = dress(plain, unit=40.0), dress(replace(plain, mirrored=True), unit=40.0)

    assert np.abs(portrait.rgb[:, ::-1].astype(int) - mirrored.rgb).mean() < 2
    pupils = mirrored.landmarks.pupils
    assert pupils[0, 0] < pupils[1, 0]
    assert np.allclose(pupils.mean(axis=0), np.multiply(EYES, 40.0), atol=1.5)
    assert np.allclose(np.hypot(*(pupils[1] - pupils[0])), 40, atol=0.5)


# --- Files ------------------------------------------------------------------


def test_the_folder_is_read_as_recruitview(samples):
    found = read_interviews(samples, strict=True)

    assert len(found.interviews) == 4
    assert not found.bad_rows
    assert not found.ignored_keys
    assert "public domain" in (samples / "README.md").read_text()


def test_the_truth_stands_beside_the_rows(samples):
    rows = [json.loads(line) for line in (samples / "metadata.jsonl").read_text().splitlines()]
    with (samples / "truth.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))

    assert [row["id"] for row in rows] == [line["id"] for line in truth]
    assert [row["user_no"] for row in rows] == [line["user_no"] for line in truth]
    assert all(0.02 <= float(line["amplitude"]) <= 1 for line in truth)


def test_the_truth_of_every_frame_stands_beside_the_rows(samples):
    frames = pd.read_csv(samples / "truth_frames.csv", dtype={"id": str})

    for interview in read_interviews(samples).interviews:
        numbers = frames.loc[frames["id"] == interview.id, "frame_number"].tolist()
        assert numbers == [frame.number for frame in read_frames(interview.video, Sampling(every=1))]
    assert (frames["energy"] >= 0).all()
    assert frames["energy"].max() > 0


def test_the_truth_of_a_frame_follows_the_acting_and_neither_blinks_nor_where_the_eyes_look():
    def mean_energy(amplitude):
        return np.mean([energy_of(pose) for pose in perform(np.arange(60) / 15, amplitude, np.random.default_rng(3))])

    assert mean_energy(0.1) < mean_energy(0.4) < mean_energy(0.9)
    still = np.zeros(len(GESTURES), np.float32)
    looking_aside = np.where([name.startswith("gaze") for name in GESTURES], 1, still).astype(np.float32)
    assert energy_of(Pose(looking_aside, np.ones(len(MOTIONS), np.float32), lids=1.0, lips=0.0)) == 0


def test_videos_play_in_browsers(samples):
    for interview in read_interviews(samples).interviews:
        with av.open(str(interview.video)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
            assert (stream.width, stream.height, stream.average_rate) == (160, 120, 8)
            assert stream.frames >= 4
        content = interview.video.read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")  # the index first: plays before it is all there


def test_clips_last_as_long_as_their_duration_says(samples):
    lengths = {"short": 4, "medium": 5, "long": 6}
    for interview in read_interviews(samples).interviews:
        assert len(frames(interview.video)) == lengths[interview.attributes["duration"]]


def test_a_second_call_renders_nothing(samples):
    before = contents(samples)
    times = {path: (samples / path).stat().st_mtime_ns for path in before}
    calls = []

    render_sample_interviews(samples, workers=1, progress=lambda done, total: calls.append((done, total)), **SMALL)

    assert calls == [(4, 4)]
    assert {path: (samples / path).stat().st_mtime_ns for path in contents(samples)} == times


def test_a_broken_off_run_goes_on_where_it_stopped(samples, tmp_path):
    folder, complete = tmp_path / "set", contents(samples)
    shutil.copytree(samples, folder)
    (folder / "metadata.jsonl").unlink()
    (folder / "videos" / "vid_0003.mp4").rename(folder / "videos" / ".vid_0003.mp4.7.unfinished")
    Manifest.read(folder).announce("videos/.vid_0003.mp4.7.unfinished")
    calls = []

    render_sample_interviews(folder, workers=1, progress=lambda done, total: calls.append((done, total)), **SMALL)

    assert calls == [(3, 4), (4, 4)]
    assert contents(folder) == complete


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_files(samples, tmp_path):
    render_sample_interviews(tmp_path / "set", workers=2, **SMALL)

    assert contents(tmp_path / "set") == contents(samples)


def test_other_settings_replace_the_set(tmp_path):
    tiny = {**SMALL, "participants": 1, "workers": 1}
    render_sample_interviews(tmp_path, **tiny)
    render_sample_interviews(tmp_path, **{**tiny, "clips_per_participant": 1})

    assert [path.name for path in (tmp_path / "videos").iterdir()] == ["vid_0001.mp4"]
    assert len(read_interviews(tmp_path, strict=True).interviews) == 1


def test_interviews_that_were_not_rendered_here_are_left_alone(tmp_path):
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "vid_0001.mp4").write_bytes(b"recorded")

    with pytest.raises(OutputError, match=r"\(videos/vid_0001\.mp4\); choose another folder"):
        render_sample_interviews(tmp_path, **SMALL)

    assert (tmp_path / "videos" / "vid_0001.mp4").read_bytes() == b"recorded"


@pytest.mark.parametrize(
    "change",
    [
        {"participants": 0},
        {"clips_per_participant": 0},
        {"clips_per_participant": 13},
        {"seed": -1},
        {"fps": 0},
        {"seconds": float("nan")},
        {"seconds": 0.1},
        {"size": (161, 120)},
        {"size": (64, 48)},
    ],
)
def test_settings_that_make_no_video_are_refused(change):
    with pytest.raises(ConfigError, match="give"):
        SampleConfig(**{**SMALL, "seed": 0, **change})


@pytest.mark.slow
def test_importing_loads_nothing_heavy():
    code = (
        "import sys, expressiveness; assert not [name for name in sys.modules if '.sample_' in name];"
        "import expressiveness.samples;"
        "assert not {'skimage', 'matplotlib', 'scipy', 'mediapipe', 'tensorflow'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


# --- What a detector sees ---------------------------------------------------


@pytest.mark.slow
def test_every_face_is_found_and_moves_more_the_livelier_it_acts(tmp_path):
    folder = render_sample_interviews(
        tmp_path, participants=4, clips_per_participant=2, seconds=3, fps=6, size=(320, 240), workers=1
    )
    with (folder / "truth.csv").open(newline="") as file:
        amplitudes = [float(line["amplitude"]) for line in csv.DictReader(file)]
    movements = []
    with FaceDetector() as detector:
        for interview in read_interviews(folder).interviews:
            pictures = frames(interview.video)
            faces = [detector.detect(rgb) for rgb in pictures]
            assert np.mean([len(found) == 1 for found in faces]) >= 0.95
            movements.append(
                movement([face_crop(rgb, found[0]) for rgb, found in zip(pictures, faces, strict=True) if found])
            )

    assert spearmanr(amplitudes, movements).statistic > 0.7


def movement(crops):
    """How far crops are from their mean, in its slopes: contrast then plays no part."""
    mean = np.mean(crops, axis=0, dtype=np.float32)
    slope = np.hypot(cv2.Sobel(mean, -1, 1, 0), cv2.Sobel(mean, -1, 0, 1))
    return np.sqrt(np.mean((crops - mean) ** 2) / np.mean(slope**2))
