"""Pages that MkDocs makes from other files when it builds the documents: the front page, and the whole reference."""

from __future__ import annotations

import re
from pathlib import Path

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

from expressiveness.cli import app

REPOSITORY = Path(__file__).resolve().parents[1]

OUTSIDE = (
    "README.md",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "SECURITY.md",
    "benchmarks/README.md",
    "benchmarks/results/acted_clip.svg",
    "examples/compare_models.ipynb",
    "examples/quickstart.ipynb",
    "examples/wrong_clips.ipynb",
)
"""Files outside docs/ that are pages, or that pages point to."""

FOLDERS = {
    "Data": "expressiveness.data",
    "Video": "expressiveness.video",
    "Faces": "expressiveness.faces",
    "Movement": "expressiveness.movement",
    "Models": "expressiveness.models",
    "Evaluation": "expressiveness.evaluation",
    "Coding": "expressiveness.coding",
    "Reports": "expressiveness.reports",
    "Live": "expressiveness.live",
    "Samples": "expressiveness.samples",
    "Parallel": "expressiveness.parallel",
    "Store": "expressiveness.store",
}
"""The pages of the core's reference, a folder each."""

PLUGIN = ("dataset", "curation", "coding", "review", "steps")
"""Folders of the plugin whose functions notebooks call; operators and panels explain themselves in the App."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the reference to what the reader finds on the left."""
    pages = [{"Command line": "reference/command-line.md"}, *({title: _page(title)} for title in _reference())]
    config.nav = [*(config.nav or []), {"Reference": pages}, {"Changelog": "CHANGELOG.md"}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that no file in docs/ holds."""
    for name in OUTSIDE:
        if name.endswith(".md"):  # on these pages docs/ is the root
            text = (REPOSITORY / name).read_text(encoding="utf-8").replace("](docs/", "](")
            files.append(File.generated(config, name, content=text))
        else:
            files.append(File.generated(config, name, abs_src_path=str(REPOSITORY / name)))
    files.append(File.generated(config, "reference/command-line.md", content=_command_line()))
    for title, modules in _reference().items():
        content = "\n\n".join([f"# {title}", *(f"::: {module}" for module in modules)])
        files.append(File.generated(config, _page(title), content=content))
    return files


def _reference() -> dict[str, list[str]]:
    """The modules of each page: those with public names, as the folder's stub lists them."""
    pages = {title: _public_modules(folder) for title, folder in FOLDERS.items()}
    plugin = [module for name in PLUGIN for module in _public_modules(f"fiftyone_plugin.{name}")]
    return {"Errors": ["expressiveness.errors"], **pages, "FiftyOne plugin": plugin}


def _public_modules(folder: str) -> list[str]:
    stub = REPOSITORY.joinpath(*folder.split("."), "__init__.pyi").read_text(encoding="utf-8")
    found: list[str] = []
    for name in re.findall(r"^from \.(\w+) import", stub, re.MULTILINE):
        inner = REPOSITORY.joinpath(*folder.split("."), name)
        found += _public_modules(f"{folder}.{name}") if inner.is_dir() else [f"{folder}.{name}"]
    return found


def _page(title: str) -> str:
    return f"reference/{title.lower().replace(' ', '-')}.md"


def _command_line() -> str:
    """Every command as `--help` explains it."""
    command = typer.main.get_command(app)
    return get_docs_for_click(obj=command, ctx=typer.Context(command), name="expressiveness")
