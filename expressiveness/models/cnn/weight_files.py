"""A network's weights from a file of a stranger's: numbers that the file holds itself, and nothing else.

An HDF5 file can have other files read in its place, by links, as the store of an array or as parts of a virtual one,
and can claim terabytes that it does not hold. So its structure is looked over first, in memory, and Keras is given a
copy of exactly those bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import h5py

from expressiveness._io import read_bounded

if TYPE_CHECKING:
    import keras

ENDING = ".weights.h5"
"""Keras knows by it what a file is."""


def load_weights(network: keras.Model, file: Path, *, most: int) -> None:
    """Read weights into a network.

    Args:
        network: of the architecture that they are of.
        file: as `keras.Model.save_weights` wrote it.
        most: bytes that the file, and the arrays in it, may have.

    Raises:
        NotPlainError: it is no plain file, or larger.
        OSError: it cannot be read.
        ValueError: it holds something else than plain arrays of numbers.
        Exception: whatever HDF5 and Keras raise where the file is damaged or of another network.
    """
    content = read_bounded(file, most=most)
    with h5py.File(BytesIO(content)) as found:
        if sum(array.nbytes for array in _plain_arrays(found)) > most:
            raise ValueError("claims more than weights can have")
    with TemporaryDirectory() as folder:
        copy = Path(folder, f"copy{ENDING}")
        copy.write_bytes(content)
        network.load_weights(copy)


def _plain_arrays(file: h5py.File) -> Iterator[h5py.Dataset]:
    """Yield every array of a file, without following what leads elsewhere.

    Raises:
        ValueError: something does, or an array has another form than Keras gives it.
    """
    seen, waiting = set(), [file["/"]]
    while waiting:
        group = waiting.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name} is a link")
            entry = group[name]
            address = h5py.h5o.get_info(entry.id).addr
            if address in seen:  # a group can hold itself
                continue
            seen.add(address)
            if isinstance(entry, h5py.Group):
                waiting.append(entry)
            else:
                yield _plain(entry)


def _plain(array: h5py.Dataset) -> h5py.Dataset:
    made = array.id.get_create_plist()
    if array.is_virtual or array.external or made.get_nfilters():
        raise ValueError(f"{array.name} is in other files, or compressed")
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{array.name} holds no numbers")
    return array
