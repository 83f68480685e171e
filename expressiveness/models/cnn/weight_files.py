"""Load a network's weights from an untrusted file: only plain arrays stored in the file itself.

An HDF5 file can refer to other files, through links, external storage or virtual datasets, and can claim terabytes that
it does not contain. So its structure is checked in memory first, and Keras reads a copy of exactly those bytes.
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
"""Keras detects the format by it."""


def load_weights(network: keras.Model, file: Path, *, most: int) -> None:
    """Read weights into a network.

    Args:
        network: of the same architecture.
        file: written by `keras.Model.save_weights`.
        most: size limit in bytes, for the file and for the arrays in it.

    Raises:
        NotPlainError: it is not a plain file, or too large.
        OSError: it cannot be read.
        ValueError: it holds something other than plain arrays of numbers.
        Exception: whatever HDF5 and Keras raise if the file is damaged or for another network.
    """
    content = read_bounded(file, most=most)
    with h5py.File(BytesIO(content)) as found:
        if sum(array.nbytes for array in _plain_arrays(found)) > most:
            raise ValueError("claims to be larger than the size limit")
    with TemporaryDirectory() as folder:
        copy = Path(folder, f"copy{ENDING}")
        copy.write_bytes(content)
        network.load_weights(copy)


def _plain_arrays(file: h5py.File) -> Iterator[h5py.Dataset]:
    """Yield every array in a file.

    Raises:
        ValueError: there is a link, or an array that Keras would not write.
    """
    seen, waiting = set(), [file["/"]]
    while waiting:
        group = waiting.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name} is a link")
            entry = group[name]
            address = h5py.h5o.get_info(entry.id).addr
            if address in seen:  # a group can contain itself
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
        raise ValueError(f"{array.name} does not hold numbers")
    return array
