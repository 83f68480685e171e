"""A self-contained HTML page: figures are embedded, and it runs no script.

The template escapes all text, so HTML in an id or a question is shown as text.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
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


@dataclass(frozen=True, slots=True)
class Still:
    """A photograph, as the bytes of a JPEG."""

    jpeg: bytes
    caption: str
    description: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Photographs side by side."""

    stills: Sequence[Still]


Block = str | Table | Picture | Strip
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


def _jpeg_url(still: Still) -> str:
    return f"data:image/jpeg;base64,{b64encode(still.jpeg).decode()}"


_FIGURE = re.compile(r"[+\-\N{MINUS SIGN}]?[\d.,:]+( ?%)?( to [+\-\N{MINUS SIGN}]?[\d.,]+)?")
_IN_BRACKETS = re.compile(r"(?P<figure>[^()]*)(?P<rest> \([^()]*\))?")


def _short_whole(heading: str) -> Markup | str:
    """A heading whose only word is not broken at a hyphen."""
    return heading if " " in heading else Markup('<span class="whole">{}</span>').format(heading)


def _unbroken(cell: str) -> Markup | str:
    """A cell whose numbers are not broken: not after their sign, and an interval stays in one line."""
    parts = _IN_BRACKETS.fullmatch(cell)
    if not parts or not _FIGURE.fullmatch(parts["figure"]):
        return cell
    whole = Markup('<span class="whole">{}</span>')  # what it formats is escaped
    spans = [whole.format(part.strip()) for part in parts.groups() if part]
    return Markup(" ").join(spans)


_HTML = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_HTML.filters |= {
    "kind": _kind,
    "data_url": _data_url,
    "jpeg_url": _jpeg_url,
    "unbroken": _unbroken,
    "short_whole": _short_whole,
}

_PAGE = _HTML.from_string("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --line: #ddd; --faint: #eee; }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; --paper: #16181b; --line: #444; --faint: #2a2d31; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: break-word; }
h2 { border-top: 1px solid var(--line); padding-top: 1.5rem; break-after: avoid; }
img { max-width: 100%; height: auto; display: block; margin: 1rem 0; background: #fff; border-radius: 6px;
  break-inside: avoid; }
.wide { overflow-x: auto; }
.strip { display: flex; flex-wrap: wrap; gap: 1rem; }
.strip figure { margin: 0; width: 13rem; break-inside: avoid; }
.strip img { margin: 0 0 .25rem; }
figcaption { font-size: .875rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0;
  border-bottom: 1px solid var(--faint); }
thead th { border-bottom: 2px solid var(--line); }
tbody th { font-weight: normal; min-width: 7rem; }
td { font-variant-numeric: tabular-nums; }
.whole { white-space: nowrap; }
@media (max-width: 40rem) { body { margin: 1rem auto; font-size: 15px; } th, td { padding-right: .75rem; } }
@media print {
  :root { --ink: #000; --paper: #fff; --line: #bbb; --faint: #ddd; }
  body { max-width: none; margin: 0; font-size: 10pt; }
  .wide { overflow: visible; } table { font-size: 8.5pt; } th, td { padding-right: .6rem; } tr { break-inside: avoid; }
}
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
{% elif block | kind == "Strip" %}
<div class="strip">
{% for still in block.stills %}
<figure>
<img alt="{{ still.description }}" src="{{ still | jpeg_url }}">
<figcaption>{{ still.caption }}</figcaption>
</figure>
{% endfor %}
</div>
{% elif block | kind == "Table" and block.rows %}
<div class="wide"><table>
<thead><tr>{% for name in block.header %}<th scope="col">{{ name | short_whole }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in block.rows[:most] %}
<tr><th scope="row">{{ row[0] }}</th>{% for cell in row[1:] %}<td>{{ cell | unbroken }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table></div>
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
