"""One HTML page that needs nothing else: its figures are inside it, and it runs no script.

`page` turns content into HTML. All text is escaped here and nowhere else, so that an id or a question that holds HTML
shows as it stands.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from matplotlib.figure import Figure

from expressiveness._io import output_file
from expressiveness.reports.plots import rendered

MOST_ROWS = 200
"""Of a table; a page with a hundred thousand bad rows would open in no browser."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a header; the first cell of a row names it."""

    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure, and what it shows in words, for those who cannot see it."""

    figure: Figure
    description: str


Block = str | Table | Picture
"""What a section is made of; a text is one paragraph."""


def page(title: str, sections: Mapping[str, Sequence[Block]]) -> str:
    """Turn content into one HTML page.

    Args:
        title: of the page.
        sections: by heading, their blocks from top to bottom.
    """
    body = "\n".join(
        f"<section>\n<h2>{escape(heading)}</h2>\n" + "\n".join(_html(block) for block in blocks) + "\n</section>"
        for heading, blocks in sections.items()
    )
    return _PAGE.format(title=escape(title), body=body)


def write_page(html: str, path: Path | str, *, overwrite: bool = False) -> Path:
    """Write a page, whole or not at all.

    Raises:
        OutputError: the file cannot be written, or is there and `overwrite` is not set.
    """
    path = Path(path)
    with output_file(path, overwrite=overwrite) as unfinished:
        unfinished.write_text(html, encoding="utf-8", errors="backslashreplace")
    return path


_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ border-top: 1px solid #ddd; padding-top: 1.5rem; }}
img {{ max-width: 100%; height: auto; display: block; margin: 1rem 0; }}
table {{ border-collapse: collapse; margin: 1rem 0; }}
th, td {{ text-align: left; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid #eee; overflow-wrap: anywhere; }}
thead th {{ border-bottom: 2px solid #ccc; }}
tbody th {{ font-weight: normal; }}
td {{ font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def _html(block: Block) -> str:
    if isinstance(block, Table):
        return _html_table(block)
    if isinstance(block, Picture):
        # As an image of its own: what is inside an <img> runs no script, and its ids meet no other figure's.
        content = b64encode(rendered(block.figure, "svg")).decode()
        return f'<img alt="{escape(block.description)}" src="data:image/svg+xml;base64,{content}">'
    return f"<p>{escape(block)}</p>"


def _html_table(table: Table) -> str:
    if not table.rows:
        return ""
    header = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
        for name, *cells in table.rows[:MOST_ROWS]
    )
    rest = len(table.rows) - MOST_ROWS
    more = f"\n<p>And {rest:,} more.</p>" if rest > 0 else ""
    return f"<table>\n<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>{more}"
