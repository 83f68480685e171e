"""Settings are checked when they are made, and keep the names that stores on disk have of them."""

import pickle
from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from expressiveness.errors import ConfigError
from expressiveness.faces import DEFAULT_CONFIDENCE, DEFAULT_DETECTOR, ExtractionConfig
from expressiveness.video import DEFAULT_EVERY, NOTEBOOK_SAMPLING, Sampling

# As version 1 named them: a store's folder is called so.
DIGESTS = {
    "6f992fe90777": ExtractionConfig(),
    "c228840dd79c": ExtractionConfig(Sampling(rate=10)),
    "942b082da945": ExtractionConfig(Sampling.parse("rate:10")),
    "b96b6e5dc53e": ExtractionConfig(NOTEBOOK_SAMPLING, "full", 1, True),
    "08b8a19edd55": ExtractionConfig(NOTEBOOK_SAMPLING, "full", 1.0, True),
    "381b40a64ffb": ExtractionConfig(Sampling(spread=16).limited_to(4), "short", 0.25),
}


@pytest.mark.parametrize("digest", DIGESTS)
def test_stores_of_today_are_found_by_the_same_settings_tomorrow(digest):
    config = DIGESTS[digest]

    assert config.digest == digest
    assert ExtractionConfig.from_dict(asdict(config)).digest == digest


def test_settings_are_frozen_records_that_travel():
    config = ExtractionConfig(Sampling(rate=2.5))

    assert pickle.loads(pickle.dumps(config)) == config
    assert {config: 1}[replace(config)] == 1
    with pytest.raises(FrozenInstanceError):
        config.align = True


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"every": 0}, "Sampling: every is 0; input should be greater than 0"),
        ({"rate": float("nan")}, "rate is nan"),
        ({"rate": "10"}, "rate is '10'"),
        ({"every": True}, "every is True; input should be a valid integer"),
        ({"every": 5, "max_frames": -1}, "max_frames is -1"),
        ({}, "set one of every, rate and spread, and only one"),
        ({"every": 5, "spread": 3}, "set one of every, rate and spread, and only one"),
    ],
)
def test_a_sampling_that_cannot_be_is_a_config_error(values, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Sampling(**values)


def test_an_argument_without_a_name_is_named_all_the_same():
    with pytest.raises(ConfigError, match=r"^Sampling: rate is -1; input should be greater than 0$"):
        Sampling(None, -1)
    with pytest.raises(ConfigError, match=r"argument 7 is 7"):
        Sampling(*range(1, 8))


@pytest.mark.parametrize("text", ["every:5", "rate:10", "rate:7.5", "spread:16"])
def test_a_sampling_reads_as_it_is_written(text):
    assert str(Sampling.parse(text)) == text


def test_limits_and_all_that_is_not_usual_are_said():
    assert str(NOTEBOOK_SAMPLING) == "every:5, at most 3 faces, at most 1000 frames from the start"
    config = ExtractionConfig(Sampling(every=2), "full", 0.7, align=True)
    assert str(config) == "every:2, detector full, confidence 0.7, aligned"


def test_defaults_are_the_same_everywhere():
    config = ExtractionConfig()

    assert (config.sampling.every, config.detector, config.confidence) == (
        DEFAULT_EVERY,
        DEFAULT_DETECTOR,
        DEFAULT_CONFIDENCE,
    )
