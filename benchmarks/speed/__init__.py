"""How fast we are, each row as a ratio to doing the same in the usual way, both measured side by side.

Start at `__main__`. A row is a module here with a `ROW`; `clips` makes what they work on.
"""
