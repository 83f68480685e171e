"""A folder with a model and a card with metadata, as `huggingface_hub` uploads it; nothing is sent from here.

The ids of the interviews that it learned from stay at home: the list of who was trained on is emptied.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expressiveness._io import atomic_folder
from expressiveness.models.cards import model_card
from expressiveness.models.record import RECORD
from expressiveness.models.trained_model import CARD, load_model

HUB = "hub"
_METRICS = {"accuracy": "accuracy", "macro_f1": "f1", "spearman": "spearmanr", "mae": "mae"}
"""Our names of figures, and the hub's."""


def write_hub_folder(model: Path | str, out: Path | str) -> Path:
    """Write a folder for `hf upload`, whole or not at all.

    Args:
        model: the folder of a model.
        out: a new or empty folder, or an earlier one, which is replaced.

    Returns:
        `out`.

    Raises:
        ModelError: `model` is none.
        OutputError: the folder cannot be written, or holds something that we did not write.
    """
    model, out = Path(model), Path(out)
    record = _without_ids(load_model(model).record())
    with atomic_folder(out, kind="model for the hub") as unfinished:
        for file in sorted(model.iterdir()):
            if file.is_file() and not file.name.startswith(".") and file.name not in (RECORD, CARD):
                shutil.copyfile(file, unfinished / file.name)
        (unfinished / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        card = f"{_front_matter(record, out.name)}\n{model_card(record)}{_LOADING}"
        (unfinished / CARD).write_text(card, encoding="utf-8")
    return out


_LOADING = """
## Use

```python
from expressiveness import load_model, predict_video

model = load_model("folder with these files")
print(predict_video(model, "video.mp4"))
```

The ids of the interviews that it learned from were left out, so `evaluate` cannot tell who they are: judge it on other
people only.
"""


def _without_ids(record: dict[str, Any]) -> dict[str, Any]:
    data = {**record["data"], "passed_over": {}}
    evaluation = record["evaluation"] and {**record["evaluation"], "passed_over": {}}
    return {**record, "split": {name: [] for name in record["split"]}, "data": data, "evaluation": evaluation}


def _front_matter(record: Mapping[str, Any], name: str) -> str:
    """The card's metadata: YAML whose values are written as JSON, which YAML contains."""
    video = (record["evaluation"] or {}).get("video", {})
    metrics = [
        {"type": theirs, "value": round(video[ours], 4), "name": ours.replace("_", "-")}
        for ours, theirs in _METRICS.items()
        if video.get(ours) is not None
    ]
    task, data = {"type": "video-classification"}, {"type": "private", "name": "interviews of people held out"}
    fields: dict[str, Any] = {
        "license": "other",
        "license_name": "academic-research-only",
        "library_name": "expressiveness",
        "pipeline_tag": "video-classification",
        "tags": ["facial-expressiveness", record["config"]["model"], "academic-research-only"],
    }
    if metrics:
        results = [{"task": task, "dataset": data, "metrics": metrics}]
        fields["model-index"] = [{"name": name, "results": results}]
    return "\n".join(["---", *(f"{key}: {json.dumps(value)}" for key, value in fields.items()), "---", ""])
