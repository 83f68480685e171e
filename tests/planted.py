"""What users keep where results go: planted, and looked at again."""

from pathlib import Path
from typing import Literal

from hypothesis import strategies as st

from expressiveness._io import LOCK_FILE
from expressiveness._io.locking import is_lock


def contents(folder: Path) -> dict[str, bytes | str | None]:
    """Everything below a folder by its path: the content of files, the target of links, None for folders.

    But for our locks, which hold nothing.
    """
    found: dict[str, bytes | str | None] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_dir():
            found[name] = None
        elif not (path.name.endswith(LOCK_FILE) and is_lock(path)):
            found[name] = path.read_bytes()
    return found


def write_tree(folder: Path, tree: dict[str, str]) -> None:
    """Write texts by their names within a folder."""
    for name, text in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


NAMES = (
    "model.json",
    "README.md",
    "thesis.docx",
    "metadata.jsonl",
    "decisions.json",
    "network.weights.h5",
    "report.html",
    "sub/x",
    "videos/vid_0001.mp4",
    ".hidden",
    ".out.1.unfinished",
)
"""What a user may keep: names of ours and others, in folders and hidden."""

Kind = Literal["file", "link", "dangling link", "folder"]
Tree = dict[str, tuple[Kind, bytes]]

planted_trees = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(st.sampled_from(["file", "file", "link", "dangling link", "folder"]), st.binary(max_size=40)),
    min_size=1,
    max_size=4,
)


def plant(folder: Path, tree: Tree) -> list[str]:
    """Put things into a folder, in place of what has their names there; return these names."""
    for name, (kind, content) in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            path.unlink()
        if kind == "file":
            path.write_bytes(content)
        elif kind == "folder":
            path.mkdir(exist_ok=True)
        else:
            path.symlink_to("nowhere" if kind == "dangling link" else "/etc/hostname")
    return list(tree)
