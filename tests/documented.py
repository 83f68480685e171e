"""The examples of docs/architecture.md, which are tested as they stand there."""

import re

from tests.conftest import REPOSITORY


def documented(section: str) -> str:
    """The code of a section, of which a reader was promised that it is short."""
    text = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")
    [body] = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    [example] = re.findall(r"```python\n(.*?)```", body, re.DOTALL)
    assert len(example.splitlines()) < 40, section
    return example
