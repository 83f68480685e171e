"""The readers that are fuzzed, on files that they read well and on such files with some bytes changed.

So the fuzzer's own code stays true where atheris is not installed; `python -m tests.fuzz` tries millions.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.readers import READERS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", READERS)
def test_what_the_fuzzer_starts_from_is_read_and_nothing_is_not(name):
    assert READERS[name].read(READERS[name].seeds()[0])
    assert name == "metadata" or not READERS[name].read(b"")


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=25)
@given(st.data())
def test_a_file_with_other_bytes_somewhere_is_read_or_refused(name, data):
    seed = data.draw(st.sampled_from(READERS[name].seeds()))
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, min(start + 20, len(seed))))

    READERS[name].read(seed[:start] + data.draw(st.binary(max_size=20)) + seed[end:])
