"""What reads files from strangers, each as a function of the bytes that such a file may hold.

A reader may refuse the bytes in a sentence of its own, as an `ExpressivenessError`: each function here says whether it
read them. Anything else that is raised, and a crash, is a finding.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import openpyxl

from expressiveness.data import (
    BALANCED,
    EXPRESSIVE,
    METADATA,
    Curation,
    FaceDecision,
    Interview,
    InterviewDecision,
    read_interviews,
)
from expressiveness.errors import ExpressivenessError
from expressiveness.exchange import export_study, read_decisions
from expressiveness.faces import CONFIG_FILE, FaceStore, FaceTable, load_faces, save_faces
from expressiveness.models import (
    RECORD,
    WEIGHTS,
    Calibration,
    FittedMovement,
    MovementModel,
    NotebookCnn,
    TrainedModel,
    TrainingConfig,
    load_model,
)
from expressiveness.models.by_movement.fitted_movement import EXPRESSIONS
from expressiveness.models.by_movement.movement_model import NUMBERS
from expressiveness.models.cnn import network
from tests.face_tables import grey_faces
from tests.interviews import interview, row
from tests.media import write_grey_ramp
from tests.random_model import random_model


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, and files for a fuzzer to start from, of which the first is read."""

    read: Callable[[bytes], bool]
    seeds: Callable[[], list[bytes]]


def read_metadata(content: bytes) -> bool:
    """Read what stands before a good row, which must be read whatever that is."""
    with TemporaryDirectory() as folder:
        (Path(folder) / METADATA).write_bytes(content + b"\n" + json.dumps(row(7, id="last")).encode())
        found = read_interviews(folder)
        assert "last" in {one.id for one in found.interviews} | {bad.id for bad in found.bad_rows}
        assert len(found.interviews) + len(found.bad_rows) == content.count(b"\n") + 2, "a line was lost"
        return not found.bad_rows


def metadata() -> list[bytes]:
    """Rows of all kinds."""
    rows = [row(1), row(2, id="0001"), row(3, file_name="../a.mp4"), {**row(4), "openness": None}]
    return [b"\xef\xbb\xbf" + json.dumps(one).encode() for one in rows]


def read_faces(content: bytes) -> bool:
    """Read a table of faces."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "faces.npz"
        file.write_bytes(content)
        return _is_read(load_faces, file)


@cache
def _stored_faces() -> bytes:
    with TemporaryDirectory() as folder:
        save_faces(grey_faces(100), Path(folder) / "faces.npz")
        return (Path(folder) / "faces.npz").read_bytes()


def faces() -> list[bytes]:
    """A table as it is stored."""
    return [_stored_faces()]


def read_column(content: bytes) -> bool:
    """Read a table of which one column, named by the first byte, is not what it should be, though its checksum fits."""
    names = ["format", *(field.name for field in fields(FaceTable))]
    chosen = names[content[0] % len(names)] if content else names[0]
    archive = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_stored_faces())) as good, zipfile.ZipFile(archive, "w") as bad:
        for member in good.namelist():
            bad.writestr(member, content[1:] if member == f"{chosen}.npy" else good.read(member))
    return read_faces(archive.getvalue())


def columns() -> list[bytes]:
    """Each column as it is stored."""
    with zipfile.ZipFile(io.BytesIO(_stored_faces())) as archive:
        return [bytes([number]) + archive.read(member) for number, member in enumerate(archive.namelist())]


def read_settings(content: bytes) -> bool:
    """Open a store whose settings hold this."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "store").mkdir()
        (Path(folder) / "store" / CONFIG_FILE).write_bytes(content)
        return _is_read(FaceStore.open, Path(folder))


def store_settings() -> list[bytes]:
    """The settings of a store."""
    with TemporaryDirectory() as folder:
        store = FaceStore(Path(folder))
        store.write_config()
        return [(store.folder / CONFIG_FILE).read_bytes()]


def read_record(content: bytes) -> bool:
    """Read a model whose record holds this, beside good weights."""
    return _read_model({RECORD: content})


@cache
def records() -> list[bytes]:
    """The record of a network, and one of a model of movement, as version 1 had it: with its numbers inside."""
    moving = json.loads(_moving_files()[RECORD])
    moving |= {"format": 1, "movement": json.loads(_moving_files()[NUMBERS])}
    return [_files(random_model())[RECORD], json.dumps(moving).encode()]


def read_value(content: bytes) -> bool:
    """Read a model of whose record one value is not what it should be: the first byte says which, JSON the rest."""
    record = json.loads(records()[1])
    places = list(_places(record))
    holder, key = places[content[0] % len(places)] if content else places[0]
    try:
        holder[key] = json.loads(content[1:])
        changed = json.dumps(record).encode()
    except (ValueError, RecursionError):  # no JSON
        return False
    return read_record(changed)


def values() -> list[bytes]:
    """What JSON can hold in the place of each value."""
    every = (b"null", b"true", b"1e400", b"-1", b'"a"', b"[]", b'{"a": [1, 2]}', b"[NaN, 1, 1]", b"9" * 400)
    return [b"\0 1", *(bytes([place]) + value for value in every for place in range(60))]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value inside a value, as where it is held and under which key."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


def read_numbers(content: bytes) -> bool:
    """Read a model of movement whose numbers are these, beside a good record."""
    return _read_model({**_moving_files(), NUMBERS: content})


def numbers() -> list[bytes]:
    """The numbers of a model of movement."""
    return [_moving_files()[NUMBERS]]


def read_weights(content: bytes) -> bool:
    """Read a model whose weights are these, beside a good record."""
    return _read_model({WEIGHTS: content})


def weights() -> list[bytes]:
    """The weights of a network."""
    return [_good_files()[WEIGHTS]]


def read_table(content: bytes) -> bool:
    """Read an Excel file as a table of interviews."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "table.xlsx").write_bytes(content)
        return _is_read(read_interviews, Path(folder))


@cache
def tables() -> list[bytes]:
    """A table as openpyxl writes it."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for cells in (("video", "person", "rating"), ("a.mp4", "Ada", 1.5), ("b.mp4", "Bob", 2)):
        book.active.append(cells)
    book.save(file)
    return [file.getvalue()]


def decisions_in(ending: str) -> Reader:
    """What reads a tool's decisions about one interview, and such a file."""

    def read(content: bytes) -> bool:
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"0001{ending}"
            file.write_bytes(content)
            return _is_read(lambda path: read_decisions([path], [_coded_interview()]).curation(), file)

    return Reader(read, lambda: [_decisions_for(ending)])


@cache
def _coded_interview() -> Interview:
    folder = TemporaryDirectory()
    _KEPT.append(folder)
    return interview(1, video=write_grey_ramp(Path(folder.name) / "a.mp4"))


_KEPT: list[TemporaryDirectory[str]] = []


@cache
def _decisions_for(ending: str) -> bytes:
    decided = Curation((FaceDecision("0001", 3, EXPRESSIVE, decided_by="Ada"),), (InterviewDecision("0001", BALANCED),))
    with TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        format = {".eaf": "elan", ".boris": "boris", ".xml": "cvat"}[ending]
        export_study([_coded_interview()], out, format, curation=decided)
        [file] = out.glob(f"*{ending}")
        return file.read_bytes()


def _read_model(changed: Mapping[str, bytes]) -> bool:
    with TemporaryDirectory() as folder, _small_networks():
        for name, content in {**_good_files(), **changed}.items():
            (Path(folder) / name).write_bytes(content)
        return _is_read(load_model, Path(folder))


def _is_read(load: Callable[[Path], object], path: Path) -> bool:
    try:
        load(path)
    except ExpressivenessError:
        return False
    return True


@cache
def _good_files() -> dict[str, bytes]:
    model = random_model()
    return _files(replace(model, model=NotebookCnn(model.config.options, _small_network())))


@cache
def _moving_files() -> dict[str, bytes]:
    calibration = Calibration(steepness=1.0, cuts=(-0.5, 0.5), values=(-1.0, 1.0), scores=(-1.0, 1.0))
    fitted = FittedMovement((1.0,) * len(EXPRESSIONS), (1.0,) * 4, (1.0,) * 4, 0.0, calibration)
    config = TrainingConfig(model="movement")
    return _files(replace(random_model(), model=MovementModel(fitted=fitted), config=config))


def _files(model: TrainedModel) -> dict[str, bytes]:
    """What a model is saved as."""
    with TemporaryDirectory() as folder:
        saved = model.save(Path(folder) / "model")
        return {file.name: file.read_bytes() for file in saved.iterdir()}


@cache
def _small_network() -> keras.Model:
    """As the notebook's in kind, but made in a moment, and saved in kilobytes that a fuzzer can turn over."""
    layers = keras.layers
    return keras.Sequential([layers.Input((2,)), layers.Dense(3), layers.BatchNormalization()], name="notebook_cnn")


@contextmanager
def _small_networks() -> Iterator[None]:
    """Have models read their weights into it."""
    built = network.notebook_cnn
    network.notebook_cnn = _small_network
    try:
        yield
    finally:
        network.notebook_cnn = built


READERS: Mapping[str, Reader] = {
    "metadata": Reader(read_metadata, metadata),
    "faces": Reader(read_faces, faces),
    "columns": Reader(read_column, columns),
    "settings": Reader(read_settings, store_settings),
    "record": Reader(read_record, records),
    "value": Reader(read_value, values),
    "weights": Reader(read_weights, weights),
    "numbers": Reader(read_numbers, numbers),
    "excel": Reader(read_table, tables),
    "elan": decisions_in(".eaf"),
    "boris": decisions_in(".boris"),
    "cvat": decisions_in(".xml"),
}
