"""A self-contained HTML page: figures are embedded, and it runs no script.

The template escapes all text, so HTML in an id or a question is shown as text.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from matplotlib.figure import Figure

from expressiveness._io import output_file
from expressiveness.reports.plots import rendered

MOST_ROWS = 200
"""Of a table; no browser could open a page with a hundred thousand bad rows."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a header; the first cell of a row names it."""

    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its alternative text."""

    figure: Figure
    description: str


Block = str | Table | Picture
"""A section is a list of blocks; a string is one paragraph."""


def page(title: str, sections: Mapping[str, Sequence[Block]]) -> str:
    """Render an HTML page.

    Args:
        title: of the page.
        sections: the blocks of each section, by heading.
    """
    return _PAGE.render(title=title, sections=sections, most=MOST_ROWS)


def write_page(html: str, path: Path | str, *, overwrite: bool = False) -> Path:
    """Write a page, whole or not at all.

    Raises:
        OutputError: the file cannot be written, or it exists and `overwrite` is not set.
    """
    path = Path(path)
    with output_file(path, overwrite=overwrite) as unfinished:
        unfinished.write_text(html, encoding="utf-8", errors="backslashreplace")
    return path


def _kind(block: Block) -> str:
    return type(block).__name__


def _data_url(picture: Picture) -> str:
    """A figure as a data URL: inside an <img>, an SVG runs no script and its ids cannot clash with other figures'."""
    return f"data:image/svg+xml;base64,{b64encode(rendered(picture.figure, 'svg')).decode()}"


_HTML = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_HTML.filters |= {"kind": _kind, "data_url": _data_url}

_PAGE = _HTML.from_string("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { border-top: 1px solid #ddd; padding-top: 1.5rem; }
img { max-width: 100%; height: auto; display: block; margin: 1rem 0; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid #eee; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #ccc; }
tbody th { font-weight: normal; }
td { font-variant-numeric: tabular-nums; }
</style>
</head>
<body>
<h1>{{ title }}</h1>
{% for heading, blocks in sections.items() %}
<section>
<h2>{{ heading }}</h2>
{% for block in blocks %}
{% if block | kind == "Picture" %}
<img alt="{{ block.description }}" src="{{ block | data_url }}">
{% elif block | kind == "Table" and block.rows %}
<table>
<thead><tr>{% for name in block.header %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in block.rows[:most] %}
<tr><th scope="row">{{ row[0] }}</th>{% for cell in row[1:] %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
{% if block.rows | length > most %}
<p>And {{ "{:,}".format(block.rows | length - most) }} more.</p>
{% endif %}
{% elif block | kind == "str" %}
<p>{{ block }}</p>
{% endif %}
{% endfor %}
</section>
{% endfor %}
</body>
</html>
""")
