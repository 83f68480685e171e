"""Arguments and options shared by several commands."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from expressiveness._io import place
from expressiveness.errors import ConfigError
from expressiveness.models import DEFAULT_EPOCHS
from expressiveness.registry import closest
from expressiveness.video import MAX_PIXELS

DEFAULT_MEGAPIXELS = MAX_PIXELS / 1e6
DEFAULT_PORT = 5151
SAMPLINGS = ("every", "rate", "spread", "notebook")

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR", parser=place, help="Folder or URL of interviews: RecruitView's layout, or a table beside videos."
    ),
]
LocalFolder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of interviews, on this machine.")]
Model = Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `train` wrote.")]
Faces = Annotated[Path, typer.Option("--faces", metavar="STORE", parser=place, help="Face store that `extract` wrote.")]
Settings = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Which of STORE's settings, if it holds faces of several; an error lists them."),
]
Reader = Annotated[
    str | None,
    typer.Option(help="recruitview, csv, crema-d, ravdess, videos, or a plugin's; the one that fits if not given."),
]
Columns = Annotated[
    str | None,
    typer.Option(
        metavar="MAPPING", help="Of a table: id=...,video=...,participant=...,score=...; guessed if not given."
    ),
]
Target = Annotated[
    str | None, typer.Option(help="Score that the categories are made of; as the data says if not given.")
]
Low = Annotated[float | None, typer.Option(help="Reserved is below this score; as the data says if not given.")]
High = Annotated[float | None, typer.Option(help="Expressive is above this score; as the data says if not given.")]
Epochs = Annotated[
    int | None, typer.Option(min=1, help=f"The most times a network sees every face; {DEFAULT_EPOCHS} if not given.")
]
Seed = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="Of everything drawn by chance: the same seed, the same result.")
]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; one a core if not given.")]
NeutralOfFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="CSV of id or participant, start, end: where faces are neutral; DIR's neutral.csv if not given.",
    ),
]
NeutralOfVideos = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="CSV of id or participant, start, end: where faces are neutral; if not given, the neutral.csv beside the "
        "videos or one folder above. An id is an interview's, or else a file's name without its extension.",
    ),
]
NeutralLive = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="As for predict; or, for a camera, a video of the face at rest."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at a bad row.")]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Take videos outside DIR, too: by links, .. or absolute paths.")
]
MaxMegapixels = Annotated[
    float,
    typer.Option(min=0.01, max=10_000, help="Pass over videos with larger pictures, each of hundreds of megabytes."),
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
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port of the App, on this machine only.")]


def named_in(folder: str, registry: str) -> Callable[[str], str]:
    """Make a callback that checks a name against a registry, importing the registry only when needed."""

    def check(name: str) -> str:
        known = getattr(import_module(f"expressiveness.{folder}"), registry)
        if name not in known:
            near = closest(name, known)
            advice = f"; did you mean {near!r}?" if near else ""
            raise typer.BadParameter(f"{name!r} is none of {', '.join(known)}{advice}")
        return name

    return check


def known_sampling(text: str) -> str:
    """Catch typos in the kind of sampling; `Sampling.parse` checks the rest.

    Raises:
        ConfigError: it is misspelled, as in "evry:5".
    """
    way, *rest = text.split(":")
    near = closest(way, SAMPLINGS)
    if near and way not in SAMPLINGS:
        raise ConfigError(f"sampling {text!r}; did you mean {':'.join([near, *rest])}?")
    return text
