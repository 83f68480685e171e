"""A file of a few hundred bytes whose entities would fill the memory is refused in a sentence."""

import pytest

from expressiveness.errors import InterviewError
from expressiveness.exchange import read_decisions

ENTITIES = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))


@pytest.mark.parametrize(("name", "root"), [("0001.eaf", "ANNOTATION_DOCUMENT"), ("0001.xml", "annotations")])
def test_entities_that_grow_are_refused(tmp_path, name, root):
    file = tmp_path / name
    file.write_text(f'<!DOCTYPE x [<!ENTITY a0 "lol">{ENTITIES}]><{root}>&a9;</{root}>')

    with pytest.raises(InterviewError, match=name):
        read_decisions([file], [])
