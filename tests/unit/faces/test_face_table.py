import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expressiveness._io import npz
from expressiveness.errors import ConfigError, StoreError
from expressiveness.faces import Face, FaceTable, face_table, load_faces, save_faces
from expressiveness.faces.face_table import FaceTableBuilder
from tests.disks import full_disk


def table(*faces_on_frames):
    """A table of frames 1, 6, 11, ... with so many faces each."""
    random = np.random.default_rng(0)
    builder = FaceTableBuilder()
    for position, count in enumerate(faces_on_frames):
        found = [
            (
                Face((0.1, 0.2, 0.3, 0.4), 0.9, random.random((6, 2), np.float32)),
                random.integers(0, 255, (48, 48), np.uint8),
            )
            for _ in range(count)
        ]
        builder.add(5 * position + 1, position / 2, found)
    return builder.build()


def equal(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__slots__)


@given(st.lists(st.integers(0, 3), max_size=6))
def test_a_table_is_read_as_it_was_written(tmp_path_factory, counts):
    file = tmp_path_factory.mktemp("faces") / "a.npz"
    written = table(*counts)
    save_faces(written, file)

    assert equal(load_faces(file), written)


def test_the_same_faces_give_the_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        save_faces(table(1, 0, 2), tmp_path / name)

    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_frame_without_a_face_differs_from_one_not_looked_at():
    found = table(1, 0, 2)

    assert found.sampled_number.tolist() == [1, 6, 11]
    assert found.frame_number.tolist() == [1, 11, 11]
    assert found.is_primary.tolist() == [True, True, False]
    assert found.detection_rate == pytest.approx(2 / 3)
    assert len(found.primary()) == 2
    assert found.primary().sampled_number.tolist() == [1, 6, 11]


def test_a_video_without_frames_or_faces_is_an_empty_table(tmp_path):
    save_faces(table(), tmp_path / "a.npz")

    empty = load_faces(tmp_path / "a.npz")

    assert len(empty) == 0
    assert empty.crop.shape == (0, 48, 48)
    assert empty.detection_rate == 0


def test_a_half_written_file_is_never_taken_for_whole(tmp_path):
    save_faces(table(1), tmp_path / "a.npz")
    before = (tmp_path / "a.npz").read_bytes()

    with pytest.raises(StoreError, match=r"cannot write .*a\.npz \(File too large\); free some space"), full_disk(4096):
        save_faces(table(2), tmp_path / "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]


@pytest.mark.parametrize("keep", [0, 1, 100, 1000])
def test_a_truncated_file_is_named_with_what_to_do(tmp_path, keep):
    file = tmp_path / "a.npz"
    save_faces(table(1, 1), file)
    file.write_bytes(file.read_bytes()[:keep])

    with pytest.raises(StoreError, match=r"a\.npz is damaged .*; delete it and extract again"):
        load_faces(file)


@given(st.integers(0, 5000), st.integers(1, 255))
@example(4437, 64)  # a zip version that does not exist
@example(4439, 1)  # an encrypted member
def test_a_byte_changed_anywhere_is_noticed_or_harmless(tmp_path_factory, position, change):
    file = tmp_path_factory.mktemp("faces") / "a.npz"
    written = table(1)
    save_faces(written, file)
    content = bytearray(file.read_bytes())
    content[position % len(content)] ^= change
    file.write_bytes(bytes(content))

    try:
        read = load_faces(file)
    except StoreError:
        return
    assert equal(read, written), "the archive's checksums cover the arrays"


def test_a_newer_format_is_refused_by_name(tmp_path, monkeypatch):
    monkeypatch.setattr(face_table, "FORMAT", 2)
    save_faces(table(1), tmp_path / "a.npz")
    monkeypatch.undo()

    with pytest.raises(StoreError, match="format 2, newer than this version reads"):
        load_faces(tmp_path / "a.npz")


def archive_of(*members, compression=zipfile.ZIP_STORED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def overlapping():
    """An archive whose many members are the same bytes of it, as David Fifield's bomb has them."""
    whole = bytearray(archive_of(("crop.npy", bytes(100_000))))
    start = whole.rindex(b"PK\1\2")
    entry, end = bytes(whole[start:-22]), bytes(whole[-22:])
    many = b"".join(entry.replace(b"crop.npy", b"%04d.npy" % number) for number in range(100))
    end = end[:8] + struct.pack("<HHL", 100, 100, len(many)) + end[16:]
    return bytes(whole[:start]) + many + end


def claiming(shape):
    """An array of a hundred bytes whose header says that it is larger."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return archive_of(("crop.npy", header.getvalue() + bytes(100)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(
            archive_of(("crop.npy", bytes(50_000_000)), compression=zipfile.ZIP_DEFLATED),
            "it is compressed, which tables are not",
            id="50 kB that unpack to 50 MB",
        ),
        pytest.param(overlapping(), "its members claim to be larger than the file", id="members that overlap"),
        pytest.param(claiming((10**12,)), "an array is not of the size in its header", id="a terabyte claimed"),
        pytest.param(
            claiming((2**40, 2**40)), "an array is not of the size in its header", id="more than numbers count"
        ),
        pytest.param(
            archive_of(*((f"{number}.npy", b"") for number in range(5000))),
            "it has more members than a table",
            id="members",
        ),
    ],
)
def test_an_archive_that_takes_more_memory_than_it_has_bytes_is_not_read(tmp_path, content, reason):
    (tmp_path / "bomb.npz").write_bytes(content)
    tracemalloc.start()

    with pytest.raises(StoreError, match=rf"bomb\.npz is damaged \({reason}.*; delete it and extract again"):
        load_faces(tmp_path / "bomb.npz")

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**20


def test_a_table_larger_than_any_is_not_read_and_a_long_interviews_is(tmp_path, monkeypatch):
    """Three hours at every frame are 324,000 faces; here a hundredth of them, and of the bound."""
    monkeypatch.setattr(npz, "MAX_FILE_BYTES", 4 * 2**30 // 100)
    save_faces(table(*[1] * 3240), tmp_path / "a.npz")
    assert len(load_faces(tmp_path / "a.npz")) == 3240

    monkeypatch.setattr(npz, "MAX_FILE_BYTES", 10_000)
    with pytest.raises(StoreError, match=r"a\.npz cannot be used \(it is larger than 10,000 bytes, the limit"):
        load_faces(tmp_path / "a.npz")


def test_pickled_objects_are_not_loaded(tmp_path):
    arrays = {name: getattr(table(1), name) for name in table().__slots__}
    content = io.BytesIO()
    np.savez(content, format=np.int64(1), **{**arrays, "score": np.array([print], dtype=object)})
    (tmp_path / "a.npz").write_bytes(content.getvalue())

    with pytest.raises(StoreError, match="damaged"):
        load_faces(tmp_path / "a.npz")


def test_columns_of_another_length_or_type_are_refused(tmp_path):
    arrays = {name: getattr(table(1, 1), name) for name in table().__slots__}
    np.savez(tmp_path / "a.npz", format=np.int64(1), **{**arrays, "box": arrays["box"][:1]})

    with pytest.raises(StoreError, match=r"a\.npz is damaged .*box"):
        load_faces(tmp_path / "a.npz")
    with pytest.raises(ConfigError, match=r"faces: box is float32 \(1, 4\), not float32 \(2, 4\)"):
        FaceTable(**{**arrays, "box": arrays["box"][:1]})


def test_an_array_whose_header_is_not_closed_is_damaged(tmp_path):
    save_faces(table(1), tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "a.npz") as whole, zipfile.ZipFile(tmp_path / "b.npz", "w") as broken:
        for name in whole.namelist():
            broken.writestr(name, whole.read(name).replace(b"}", b" "))

    with pytest.raises(StoreError, match="damaged"):
        load_faces(tmp_path / "b.npz")
