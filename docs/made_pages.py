"""Pages made from what stands elsewhere, when MkDocs builds the documents: the front page, and the whole reference."""

from __future__ import annotations

from pathlib import Path

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

from expressiveness.cli import app
from tools.module_map import groups

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
    "examples/quickstart.ipynb",
)
"""Files outside docs/ that are pages, or that pages point to."""

WHOLE = {"expressiveness.sample_data": "expressiveness.sample_data.rendering"}
"""Of a package, the module that is called from outside."""

LEFT_OUT = ("expressiveness.cli", "fiftyone_plugin.operators", "fiftyone_plugin.panels")
"""These explain themselves: by `--help`, and in the App."""


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
    """The modules of each page, in the order that docs/architecture.md draws."""
    pages: dict[str, list[str]] = {}
    for title, modules in groups():
        page = title.capitalize() if modules[0].startswith("expressiveness") else "FiftyOne plugin"
        shown = [WHOLE.get(module, module) for module in modules if module not in LEFT_OUT]
        if shown:
            pages.setdefault(page, []).extend(shown)
    return pages


def _page(title: str) -> str:
    return f"reference/{title.lower().replace(' ', '-')}.md"


def _command_line() -> str:
    """Every command as `--help` explains it."""
    command = typer.main.get_command(app)
    return get_docs_for_click(obj=command, ctx=typer.Context(command), name="expressiveness")
