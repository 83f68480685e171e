"""A function in which everything happens that happens to videos: what every executor is tried with."""

import os
import sys
import time

from expressiveness.errors import StoreError, VideoError

BROKEN, CRASHES, HANGS, FAULTY, UNWRITABLE = range(101, 106)


def picky(number: int) -> int:
    """Return the number, but for those that have a name above."""
    if number == BROKEN:
        raise VideoError("clip 101: broken")
    if number == CRASHES:
        os._exit(7)
    if number == HANGS:
        time.sleep(600)
    if number == FAULTY:
        raise KeyError(number)
    if number == UNWRITABLE:
        raise StoreError("cannot write 105.npz")
    return number


def is_imported(module: str) -> bool:
    """Whether the process that this runs in has imported a module."""
    return module in sys.modules
