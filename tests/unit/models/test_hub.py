"""A folder for a hub can be uploaded and loaded, and names nobody."""

from dataclasses import replace

import yaml

from expressiveness.cli import main
from expressiveness.data import Split
from expressiveness.models import load_model
from tests.random_model import random_model
from tests.unit.reports.test_pages import EVALUATION


def test_it_loads_has_metadata_and_names_no_interview(tmp_path, capsys):
    split = Split(train=("Ada-1",), validation=("Bob-1",), test=("Cy-1",))
    passed_over = {**EVALUATION, "passed_over": {"Cy-2": "no face"}}
    data = {"interviews": 3, "passed_over": {"Dee-1": "no face"}}
    replace(random_model(), split=split, evaluation=passed_over, data=data).save(tmp_path / "model")

    assert main(["export-model", str(tmp_path / "model"), str(tmp_path / "hub"), "--format", "hub"]) == 0

    _, metadata, card = (tmp_path / "hub/README.md").read_text().split("---\n", 2)
    metadata = yaml.safe_load(metadata)
    assert metadata["license"] == "other"
    [result] = metadata["model-index"][0]["results"]
    assert {"type": "accuracy", "value": 0.67, "name": "accuracy"} in result["metrics"]
    assert "Academic research only" in card
    assert load_model(tmp_path / "hub").thresholds == random_model().thresholds
    content = "".join(path.read_text() for path in (tmp_path / "hub").glob("*.*") if path.suffix in (".md", ".json"))
    assert not any(name in content for name in ("Ada-1", "Bob-1", "Cy-", "Dee-1"))
    assert "Nothing was sent" in capsys.readouterr().out
