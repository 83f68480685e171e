"""Default settings, in a module of their own so that the command line can show them without heavy imports."""

DEFAULT_EVERY = 5

MAX_PIXELS = 64_000_000
"""The most pixels a frame may have: twice 8K. Detecting faces at that size took 540 MB in total. Decoders round the
width up to a multiple of 64."""
