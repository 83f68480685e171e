"""The examples of docs/architecture.md, as they stand there."""

import re

from tests.conftest import REPOSITORY


def example_of(section: str) -> str:
    """The one example of a section, which is short."""
    page = (REPOSITORY / "docs/architecture.md").read_text()
    text = page.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    [example] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(example.splitlines()) < 40
    return example
