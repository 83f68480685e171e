"""Fuzz what reads files from strangers, guided by which lines of the readers run.

    pip install atheris     # Linux only, and so not among the locked packages
    python -m tests.fuzz metadata -max_total_time=720

The first argument names a reader of `readers.py`, all others are libFuzzer's. What is found is written to the folder
that it runs in; keep it as a test beside the others of that reader.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["expressiveness", "zipfile", "json"]):
    from tests.fuzz.readers import READERS


def main() -> None:
    """Fuzz one reader, starting from files that it reads well."""
    if len(sys.argv) < 2 or sys.argv[1] not in READERS:
        sys.exit(f"name one of {', '.join(READERS)}")
    reader = READERS[sys.argv[1]]

    def one_input(content: bytes) -> None:
        reader.read(content)

    with TemporaryDirectory() as corpus:
        for number, seed in enumerate(reader.seeds()):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *sys.argv[2:], corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
