"""Pages made from what stands elsewhere, when MkDocs builds the documents: the front page, and the whole reference."""

from __future__ import annotations

from pathlib import Path

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

from expressiveness.cli import app

REPOSITORY = Path(__file__).resolve().parents[1]

OUTSIDE = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "benchmarks/README.md",
    "benchmarks/results/acted_clip.svg",
    "examples/quickstart.ipynb",
)
"""Files outside docs/ that are pages, or that pages point to."""

REFERENCE = {
    "Interviews": "interviews categories splits inspection sample_data.rendering",
    "Faces": "video detection crops faces extraction execution face_folders stills",
    "Networks": "network labels training models model_card export embeddings",
    "Movement": "movement dynamics movement_model movement_training calibration",
    "Predictions": "prediction smoothing live live_recognition live_picture live_source live_output",
    "Judgement": "evaluation confusion benchmark benchmark_rows benchmark_report suspicion curation",
    "Figures and reports": "plots model_plots report html_page",
    "Files and errors": "errors tables whole_files locking native_logs",
}
"""The core's modules by page, in the order that data flows."""

PLUGIN = "workflow review deciding exporting suspicion embeddings importer annotation runs fields launch"
"""What of the plugin is called from notebooks and scripts; its operators and panels explain themselves in the App."""


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
    """The modules of each page.

    Raises:
        PluginError: a module of the core is on none.
    """
    pages = {title: [f"expressiveness.{module}" for module in modules.split()] for title, modules in REFERENCE.items()}
    shown = {module for modules in pages.values() for module in modules}
    there = {f"expressiveness.{file.stem}" for file in (REPOSITORY / "expressiveness").glob("[!_]*.py")}
    if forgotten := sorted(there - shown):
        raise PluginError(f"on no page of the reference: {', '.join(forgotten)}; add them to REFERENCE in {__file__}")
    return {**pages, "FiftyOne plugin": [f"fiftyone_plugin.{module}" for module in PLUGIN.split()]}


def _page(title: str) -> str:
    return f"reference/{title.lower().replace(' ', '-')}.md"


def _command_line() -> str:
    """Every command as `--help` explains it."""
    command = typer.main.get_command(app)
    return get_docs_for_click(obj=command, ctx=typer.Context(command), name="expressiveness")
