"""Which frames are looked at unless somebody chooses; the command line reads it before anything is loaded."""

DEFAULT_EVERY = 5

MAX_PIXELS = 64_000_000
"""Of a picture: twice those of 8K video. Finding faces on them took 540 MB in all. A decoder counts its
width rounded up to a multiple of 64."""
