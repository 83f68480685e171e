"""The arguments and options that several commands take, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expressiveness._io import place

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", parser=place, help="Folder or URL in RecruitView's layout: metadata.jsonl, videos/."),
]
LocalFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder in RecruitView's layout, on this machine.")]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `train` wrote.")]
Faces = Annotated[Path, typer.Option("--faces", metavar="STORE", parser=place, help="Face store that `extract` wrote.")]
Target = Annotated[str, typer.Option(help="Score that the categories are made of, a key of metadata.jsonl.")]
Low = Annotated[float, typer.Option(help="Reserved is below this score.")]
High = Annotated[float, typer.Option(help="Expressive is above this score.")]
Epochs = Annotated[int, typer.Option(min=1, help="The most times that a network sees every face.")]
Seed = Annotated[int, typer.Option(help="Of everything drawn by chance: the same seed, the same result.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; one a core if not given.")]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first bad row of metadata.jsonl.")]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Take videos outside DIR, too: by links, .. or absolute paths.")
]
MaxMegapixels = Annotated[
    float, typer.Option(min=0.01, help="Pass over videos with larger pictures, which take hundreds of megabytes each.")
]
OkIfSome = Annotated[
    bool, typer.Option("--ok-if-some", help="Exit 0 if at least one worked, for scripts; without it 1 if any failed.")
]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Also write the results here, as JSON.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a report with figures here.")]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace files that exist; folders only ever if all in them is ours."),
]
Port = Annotated[int, typer.Option(help="Port of the App, on this machine only.")]
