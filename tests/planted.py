"""What users keep where results go: planted, and looked at again."""

from pathlib import Path

from expressiveness.locking import LOCK_FILE, is_lock


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
