"""Two coders and more: what each of them said, how far they agree, who codes what, and what is settled."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
