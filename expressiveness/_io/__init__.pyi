from .bounded_files import NotPlainError, open_bounded, read_bounded
from .locking import LOCK_FILE, alone
from .manifests import MANIFEST, Manifest
from .npz import MAY_BE_NAN, Columns, check_columns, check_values, is_whole, load_table, save_table
from .outputs import (
    GrowingFolder,
    atomic_folder,
    check_output_file,
    check_output_folder,
    growing_folder,
    output_file,
    rewrite,
)
from .places import check_answers, file_stem, is_here, place
from .quiet import silence, silenced
from .text_files import decoded, encoding_of
from .whole_files import UNFINISHED, hidden_until_done, remove_unfinished, whole_file

__all__ = [
    "LOCK_FILE",
    "MANIFEST",
    "MAY_BE_NAN",
    "UNFINISHED",
    "Columns",
    "GrowingFolder",
    "Manifest",
    "NotPlainError",
    "alone",
    "atomic_folder",
    "check_answers",
    "check_columns",
    "check_output_file",
    "check_output_folder",
    "check_values",
    "decoded",
    "encoding_of",
    "file_stem",
    "growing_folder",
    "hidden_until_done",
    "is_here",
    "is_whole",
    "load_table",
    "open_bounded",
    "output_file",
    "place",
    "read_bounded",
    "remove_unfinished",
    "rewrite",
    "save_table",
    "silence",
    "silenced",
    "whole_file",
]
