"""Live recognition: what is drawn and written, that it keeps up with its source, and what it says where it cannot."""

import json
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from expressiveness.cli import main
from expressiveness.data import CATEGORIES, COLORS
from expressiveness.errors import ConfigError, OutputError, VideoError
from expressiveness.faces import DETECTORS, Face, FaceDetector
from expressiveness.live import display, run_live, watching
from expressiveness.live import source as live_source
from expressiveness.live.display import Window, video_file
from expressiveness.live.judges import SETTLING_SECONDS
from expressiveness.live.painting import SPAN_SECONDS, Painter
from expressiveness.live.recognition import AWAY_SECONDS, Recogniser, Recognition
from expressiveness.live.source import BrokenOffError, NewestFrames
from expressiveness.models import CnnOptions, NotebookCnn
from expressiveness.video import Frame, Sampling, read_frames
from expressiveness.video.probing import probe
from tests.media import write_video
from tests.random_model import random_model

FPS = 24
SIZE = 384
FACE = Face(box=(0.3, 0.3, 0.4, 0.4), score=0.9, keypoints=np.zeros((6, 2), np.float32))


@pytest.fixture(scope="module")
def portrait():
    """A person from the front, RGB, public domain (NASA)."""
    return cv2.resize(astronaut(), (SIZE, SIZE), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def portrait_video(portrait, tmp_path_factory):
    """Two seconds of the portrait."""
    return write_video(tmp_path_factory.mktemp("live") / "portrait.mp4", [portrait] * (2 * FPS), FPS)


@pytest.fixture(scope="module")
def model():
    return random_model("single")


class FakeWindow:
    """Takes the place of a real window: remembers what it was shown, and how long showing takes."""

    def __init__(self, *, seconds=0.0, pictures=10_000):
        self.seconds, self.pictures, self.shown = seconds, pictures, []

    def show(self, rgb):
        time.sleep(self.seconds)
        self.shown.append(rgb)
        return len(self.shown) < self.pictures

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


@pytest.fixture
def window(monkeypatch):
    """Have `run_live` open the given fake window."""

    def use(window):
        monkeypatch.setattr(watching, "Window", lambda: window)
        monkeypatch.setattr(watching, "window_obstacle", lambda: None)
        return window

    return use


def frames(count, fps=FPS, size=(48, 64)):
    return [Frame(number + 1, number / fps, np.full((*size, 3), number % 256, np.uint8)) for number in range(count)]


# What is written


def test_without_a_window_every_frame_of_a_file_is_recognised_and_written(model, portrait_video, tmp_path):
    report = run_live(model, str(portrait_video), output=tmp_path / "out.mp4", window=False)

    info = probe(tmp_path / "out.mp4")
    written = list(read_frames(tmp_path / "out.mp4", Sampling(every=1)))
    assert (info.codec, info.pixel_format, info.width, info.height) == ("h264", "yuv420p", SIZE, SIZE)
    assert info.plays_in_browsers
    assert len(written) == report.processed == report.with_face == 2 * FPS
    assert report.dropped == 0
    assert [frame.seconds for frame in written] == pytest.approx(np.arange(2 * FPS) / FPS, abs=1e-3)


def test_the_face_is_boxed_in_its_categorys_colour_and_named(model, portrait, portrait_video, tmp_path):
    run_live(model, str(portrait_video), output=tmp_path / "out.mp4", window=False)

    with FaceDetector("short") as detector:
        x, y, width, height = (round(SIZE * share) for share in detector.detect(portrait)[0].box)
    last = list(read_frames(tmp_path / "out.mp4", Sampling(every=1)))[-1].rgb.astype(int)
    changed = np.abs(last - portrait).max(axis=2) > 40
    edge = last[y + height // 4 : y + height // 2, x]
    inside = changed[y + 4 : y + height - 3, x + 4 : x + width - 3]
    assert min(np.abs(edge.mean(axis=0) - rgb(color)).max() for color in COLORS.values()) < 30
    assert changed[y - 14 : y - 4, x + 4 : x + 100].mean() > 0.5, "the name stands above the box"
    assert inside.mean() < 0.02, "the face itself is left as it is"
    assert changed[: y - 30].mean() < 0.01, "and so is what is far from it"
    assert changed[-SIZE // 10 :].mean() > 0.5, "the strip is at the bottom"


def test_output_times_are_the_sources_own(tmp_path):
    with video_file(tmp_path / "out.mp4") as writer:
        for seconds in (0.0, 0.1, 0.15, 0.15, 0.9):  # irregular, one repeated
            writer.write(np.zeros((48, 64, 3), np.uint8), seconds)

    written = [frame.seconds for frame in read_frames(tmp_path / "out.mp4", Sampling(every=1))]
    assert written == pytest.approx([0.0, 0.1, 0.15, 0.15, 0.9], abs=1e-3)


def test_pictures_of_odd_and_changing_sizes_are_written(tmp_path):
    with video_file(tmp_path / "out.mp4") as writer:
        writer.write(np.zeros((49, 65, 3), np.uint8), 0.0)
        writer.write(np.zeros((200, 100, 3), np.uint8), 0.1)

    info = probe(tmp_path / "out.mp4")
    assert (info.width, info.height, info.frame_count) == (64, 48, 2)


def test_a_failed_run_leaves_no_output_and_keeps_an_earlier_one(model, tmp_path):
    (tmp_path / "out.mp4").write_bytes(b"earlier")

    with pytest.raises(OutputError, match=r"out\.mp4 exists; choose another name"):
        run_live(model, str(tmp_path / "nowhere.mp4"), output=tmp_path / "out.mp4", window=False)
    with pytest.raises(VideoError, match=r"nowhere\.mp4: no such file"):
        run_live(model, str(tmp_path / "nowhere.mp4"), output=tmp_path / "out.mp4", overwrite=True, window=False)

    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == b"earlier"


def test_ctrl_c_ends_a_run_and_keeps_what_was_written(model, portrait_video, tmp_path):
    def stop(done):
        if done == 5:
            raise KeyboardInterrupt

    report = run_live(model, str(portrait_video), output=tmp_path / "out.mp4", window=False, on_frame=stop)

    assert report.processed == probe(tmp_path / "out.mp4").frame_count == 5


def test_the_source_is_never_overwritten(model, portrait_video):
    with pytest.raises(OutputError, match="would be overwritten"):
        run_live(model, str(portrait_video), output=portrait_video, window=False)


def test_an_output_that_is_no_mp4_is_refused(model, portrait_video, tmp_path):
    with pytest.raises(OutputError, match=r"ends in \.mp4"):
        run_live(model, str(portrait_video), output=tmp_path / "out.avi", window=False)


def test_an_output_in_an_impossible_place_is_one_sentence(model, portrait_video, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="file is a file"):
        run_live(model, str(portrait_video), output=tmp_path / "file/out.mp4", window=False)


# Keeping up


def test_a_slow_reader_gets_the_newest_frame_and_the_others_are_dropped():
    def camera():
        for frame in frames(100):
            time.sleep(0.004)
            yield frame

    taken = []
    with NewestFrames(camera()) as newest:
        for arrival in newest:
            taken.append((arrival.frame.number, time.monotonic() - arrival.clock))
            time.sleep(0.02)

    numbers, waits = zip(*taken, strict=True)
    assert newest.read == 100
    assert len(numbers) < 50
    assert list(numbers) == sorted(set(numbers))
    assert numbers[-1] == 100, "the last frame is never lost"
    assert np.median(waits) < 0.1, "a frame is handed over while it is new"


@pytest.mark.slow
def test_a_slow_run_of_a_shown_file_drops_frames_rather_than_falling_behind(model, portrait_video, window):
    shown = window(FakeWindow(seconds=0.1))

    started = time.monotonic()
    report = run_live(model, str(portrait_video))

    assert report.read == 2 * FPS
    assert report.processed == len(shown.shown) < FPS + 1
    assert report.dropped == report.read - report.processed > FPS - 2
    assert max(report.delays) < 1, "a single frame's work, however many came before"
    assert report.seconds < 2 + 1
    assert report.frames_per_second == pytest.approx(report.processed / report.seconds)
    assert time.monotonic() - started < 10


@pytest.mark.slow
def test_a_shown_file_plays_at_its_own_speed(model, portrait_video, window):
    window(FakeWindow())

    report = run_live(model, str(portrait_video))

    assert report.seconds == pytest.approx(2 - 1 / FPS, abs=0.5)


def test_q_ends_the_run_and_the_output_holds_what_was_shown(model, portrait_video, tmp_path, window):
    window(FakeWindow(pictures=3))

    report = run_live(model, str(portrait_video), output=tmp_path / "out.mp4")

    assert report.processed == probe(tmp_path / "out.mp4").frame_count == 3


def test_what_fails_in_the_reader_thread_is_raised_where_the_frames_are_taken():
    def broken():
        yield from frames(1)
        raise VideoError("the cable came out")

    with pytest.raises(VideoError, match="cable"), NewestFrames(broken()) as newest:
        list(newest)


def test_the_report_sums_up_frames_speed_and_delay():
    report = watching.LiveReport(read=60, processed=50, with_face=40, seconds=2.0)
    report.delays.extend([0.010] * 45 + [0.030] * 5)

    assert report.as_dict() == {
        "frames": {"read": 60, "processed": 50, "dropped": 10, "with_face": 40},
        "seconds": 2.0,
        "frames_per_second": 25.0,
        "broke_off": None,
        "delay_ms": {"median": 10.0, "p95": 30.0},
    }


# Sources and windows that are not there


def test_a_missing_camera_is_one_clear_sentence(model, tmp_path, capfd):
    with pytest.raises(VideoError, match="camera 63 gives no picture; plug it in"):
        run_live(model, "63", output=tmp_path / "out.mp4", window=False)

    assert capfd.readouterr().err == ""
    assert not list(tmp_path.iterdir())


def test_an_opencv_without_windows_says_what_to_install(model, portrait_video, monkeypatch):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:                           NONE\n")

    with pytest.raises(VideoError, match=r"pip install .* opencv-python==4\.\S+, or give --output FILE$"):
        run_live(model, str(portrait_video))


def test_a_machine_without_a_display_says_so(model, portrait_video, monkeypatch):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:                           QT5\n")
    monkeypatch.setattr(display.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)

    with pytest.raises(VideoError, match=r"no display here; .*--output FILE"):
        run_live(model, str(portrait_video))


def test_where_no_window_opens_the_output_is_written_all_the_same(model, portrait_video, tmp_path, monkeypatch):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:                           NONE\n")

    report = run_live(model, str(portrait_video), output=tmp_path / "out.mp4", window=True)

    assert report.processed == probe(tmp_path / "out.mp4").frame_count == 2 * FPS


def test_neither_window_nor_output_is_refused(model, portrait_video):
    with pytest.raises(ConfigError, match="give --output FILE"):
        run_live(model, str(portrait_video), window=False)


def test_a_window_ends_with_q_or_when_it_is_closed(monkeypatch):
    monkeypatch.setattr(display, "window_obstacle", lambda: None)
    key, visible, shown = [255], [1.0], []
    for name, fake in {
        "namedWindow": lambda *_: None,
        "resizeWindow": lambda *_: None,
        "destroyAllWindows": lambda: None,
        "imshow": lambda _, bgr: shown.append(bgr),
        "waitKey": lambda _: key[0],
        "getWindowProperty": lambda *_: visible[0],
    }.items():
        monkeypatch.setattr(cv2, name, fake)
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255

    with Window() as view:
        assert view.show(red)
        key[0] = ord("q")
        assert not view.show(red)
        key[0], visible[0] = 255, 0.0
        assert not view.show(red)

    assert shown[0][0, 0].tolist() == [0, 0, 255], "OpenCV shows BGR"


class FakeCapture:
    """A camera, as OpenCV has it."""

    def __init__(self, pictures):
        self.pictures, self.released = list(pictures), False

    def isOpened(self):  # noqa: N802  # OpenCV's name
        return True

    def read(self):
        return (True, self.pictures.pop(0)) if self.pictures else (False, None)

    def set(self, *_):
        pass

    def get(self, _):
        return 0.0

    def release(self):
        self.released = True


def test_a_cameras_pictures_arrive_as_rgb_with_rising_times(monkeypatch):
    blue = np.zeros((4, 4, 3), np.uint8)
    blue[..., 0] = 255
    capture = FakeCapture([blue, blue, blue])
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: capture)

    got = []
    with live_source.frames_of("0", at_its_speed=True) as source, pytest.raises(BrokenOffError):
        got.extend(source)  # until it gives no more

    assert [frame.number for frame in got] == [1, 2, 3]
    assert [frame.seconds for frame in got] == sorted({frame.seconds for frame in got})
    assert got[0].rgb[0, 0].tolist() == [0, 0, 255]
    assert capture.released


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("0", "camera 0 broke off after 6 frames; see that it is plugged in, and start again"),
        (
            "rtsp://127.0.0.1/x",
            "rtsp://127.0.0.1/x broke off after 6 frames; see whether it still runs, and start again",
        ),
    ],
)
@pytest.mark.parametrize("windowed", [True, False])
def test_a_source_that_breaks_off_is_a_sentence_and_1_and_what_was_written_is_kept(
    model, portrait, source, said, windowed, window, tmp_path, monkeypatch, capsys
):
    shown = window(FakeWindow())
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: FakeCapture([portrait] * 6))
    model.save(tmp_path / "model")
    out, found = tmp_path / "out.mp4", tmp_path / "out.json"
    options = ["--source", source, "--output", str(out), "--json", str(found), *(["--no-window"] * (not windowed))]

    assert main(["live", str(tmp_path / "model"), *options]) == 1

    assert capsys.readouterr().err.splitlines() == [f"expressiveness: {said}"]
    assert probe(out).frame_count == json.loads(found.read_text())["frames"]["processed"] > 0
    assert json.loads(found.read_text())["broke_off"] == said
    assert bool(shown.shown) == windowed


@pytest.mark.parametrize("windowed", [True, False])
def test_a_file_that_ends_is_no_failure(model, portrait_video, windowed, window, tmp_path, capsys):
    window(FakeWindow())
    model.save(tmp_path / "model")
    options = ["--source", str(portrait_video), "--output", str(tmp_path / "out.mp4")]

    assert main(["live", str(tmp_path / "model"), *options, *(["--no-window"] * (not windowed))]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_a_recording_whose_connection_is_cut_breaks_off(model, portrait, tmp_path, http_server):
    with video_file(tmp_path / "whole.mp4") as writer:
        for frame in range(10 * FPS):
            writer.write(np.random.default_rng(frame).permutation(portrait), frame / FPS)
    content = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) // 2])

    report = run_live(model, f"{http_server(tmp_path)}/cut.mp4", output=tmp_path / "out.mp4", window=False)

    assert 0 < report.read < 9 * FPS
    assert "cut.mp4 broke off after" in report.broke_off


@pytest.mark.slow
def test_a_recording_behind_an_address_is_played(model, portrait, tmp_path, http_server):
    with video_file(tmp_path / "recording.mp4") as writer:  # laid out to be read from its start
        for frame in range(2 * FPS):
            writer.write(portrait, frame / FPS)

    report = run_live(model, f"{http_server(tmp_path)}/recording.mp4", output=tmp_path / "out.mp4", window=False)

    assert report.read == 2 * FPS
    assert report.broke_off is None
    assert report.seconds == pytest.approx(2 - 1 / FPS, abs=0.5)
    assert report.processed == probe(tmp_path / "out.mp4").frame_count


@pytest.fixture
def http_server():
    """Serve a folder on this machine; gives its address."""
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    servers = []

    def serve(folder: Path) -> str:
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


# What is recognised


class FakeDetector:
    """Sees `FACE` on every frame that is not black."""

    def __init__(self, *_, **__):
        pass

    def detect(self, frame):
        return (FACE,) if frame.any() else ()

    def close(self):
        pass


class FakeModel:
    """Remembers what its network is given, and is always sure of Expressive."""

    def __init__(self, face_input):
        self.extraction = random_model().extraction
        self.given = []
        self.judge = NotebookCnn(CnnOptions(face_input=face_input))
        self.judge.__dict__["_compiled"] = self._answer  # in the place of its network

    @property
    def model(self):
        return self.judge

    def able_to(self, ability):
        return self.judge

    def _answer(self, faces):
        self.given.append(faces)
        return np.array([[0.0, 0.0, 1.0]], np.float32)


@pytest.fixture
def recogniser(monkeypatch):
    def make(face_input):
        monkeypatch.setitem(DETECTORS._things, "short", FakeDetector)
        model = FakeModel(face_input)
        made = Recogniser(model)
        model.given.clear()  # the warming up
        return made, model.given

    return make


def test_a_network_of_single_faces_is_given_each_crop_as_it_is(recogniser):
    seen, given = recogniser("single")

    recognition = seen.recognise(Frame(1, 0.0, np.full((100, 100, 3), 51, np.uint8)))

    assert given[0].shape == (1, 48, 48, 1)
    assert given[0] == pytest.approx(51 / 255)
    assert recognition.probabilities.tolist() == [0, 0, 1]


def test_a_network_of_deviations_is_given_each_crops_difference_from_the_mean_so_far(recogniser):
    seen, given = recogniser("deviation")
    grays = [100, 110] * 20

    for number, gray in enumerate(grays):
        seen.recognise(Frame(number + 1, number / 20, np.full((100, 100, 3), gray, np.uint8)))

    assert given[-1] == pytest.approx((110 - 105) / 25.5, abs=0.02)
    assert given[-2] == pytest.approx((100 - np.mean(grays[:-1])) / 25.5, abs=0.02)


def test_a_deviation_says_nothing_until_the_face_has_been_seen_for_a_while(recogniser):
    seen, _ = recogniser("deviation")
    gray = np.full((100, 100, 3), 90, np.uint8)

    early = seen.recognise(Frame(1, 0.0, gray))
    late = seen.recognise(Frame(2, SETTLING_SECONDS, gray))

    assert early.probabilities is None
    assert early.faces == (FACE,)
    assert late.probabilities is not None


def test_after_a_long_absence_a_face_is_got_to_know_anew(recogniser):
    seen, _ = recogniser("deviation")
    gray = np.full((100, 100, 3), 90, np.uint8)
    for seconds in (0.0, SETTLING_SECONDS):
        seen.recognise(Frame(1, seconds, gray))

    short = seen.recognise(Frame(2, SETTLING_SECONDS + AWAY_SECONDS, gray))
    long = seen.recognise(Frame(3, SETTLING_SECONDS + 2.1 * AWAY_SECONDS, gray))

    assert short.probabilities is not None
    assert long.probabilities is None


def test_without_a_face_there_are_no_probabilities(recogniser):
    seen, given = recogniser("single")

    recognition = seen.recognise(Frame(1, 0.0, np.zeros((100, 100, 3), np.uint8)))

    assert recognition.faces == ()
    assert recognition.probabilities is None
    assert not given


# What is drawn


def rgb(color):
    return np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)])


def shares(*values):
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(("index", "category"), list(enumerate(CATEGORIES)))
def test_the_box_has_the_colour_of_the_most_probable_category(index, category):
    probabilities = np.full(3, 0.2)
    probabilities[index] = 0.6

    picture = Painter().draw(np.full((480, 640, 3), 30, np.uint8), Recognition(0.0, (FACE,), probabilities))

    assert picture[240, 192].tolist() == rgb(COLORS[category]).tolist()  # the left edge at 0.3 of the width


def test_the_strip_stacks_the_categories_over_the_last_seconds_and_shows_gaps():
    painter, gray = Painter(), np.full((480, 640, 3), 100, np.uint8)
    for tenth in range(100):
        known = None if 40 <= tenth < 70 else shares(0.5, 0.2, 0.3)
        picture = painter.draw(gray, Recognition(tenth / 10, (FACE,) if known is not None else (), known))

    strip = picture[-round(480 * 0.12) :]
    late, gap, early = strip[:, 620], strip[:, round(640 * (1 - (9.9 - 6.0) / SPAN_SECONDS))], strip[:, 100]
    for column in (early, late):
        heights = [(column == rgb(color)).all(axis=1).mean() for color in COLORS.values()]
        assert heights == pytest.approx([0.5, 0.2, 0.3], abs=0.03)
        assert (column[-1] == rgb(COLORS[CATEGORIES[0]])).all(), "the first category is at the bottom, as in figures"
    assert (gap == 25).all()


def test_drawing_leaves_the_frame_itself_as_it_was():
    frame = np.full((120, 160, 3), 77, np.uint8)

    Painter().draw(frame, Recognition(0.0, (FACE, replace(FACE, box=(0, 0, 0.1, 0.1))), shares(0.2, 0.3, 0.5)))

    assert (frame == 77).all()


@pytest.mark.parametrize("box", [(0.0, 0.0, 0.5, 0.5), (0.9, -0.2, 0.4, 0.4), (-0.3, 0.9, 0.5, 0.5)])
@pytest.mark.parametrize("size", [(48, 64), (480, 640), (1080, 1920), (641, 361)])
def test_any_box_on_any_picture_is_drawn_within_it(box, size):
    frame = np.full((*size, 3), 77, np.uint8)

    picture = Painter().draw(frame, Recognition(0.0, (replace(FACE, box=box),), shares(0.2, 0.3, 0.5)))

    assert picture.shape == frame.shape
    assert (picture != frame).any()


def test_the_name_of_a_face_at_the_upper_edge_stays_on_the_picture():
    frame = np.full((480, 640, 3), 77, np.uint8)

    picture = Painter().draw(frame, Recognition(0.0, (replace(FACE, box=(0.5, 0, 0.5, 0.5)),), shares(0.2, 0.1, 0.7)))

    plate = (picture[:40] == rgb(COLORS[CATEGORIES[2]])).all(axis=2)
    assert plate.any(axis=1)[:20].all()
