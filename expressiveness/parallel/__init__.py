"""Many items at once: on this machine's cores, or on a cluster's."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
