"""Which frames are looked at unless somebody chooses; the command line reads it before anything is loaded."""

DEFAULT_EVERY = 5
