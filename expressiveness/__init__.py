"""Classify how expressive a face is in interview videos, and learn from the mistakes.

The public names are loaded on first use, so importing this package is fast: TensorFlow and MediaPipe are only loaded
once they are needed.

    interviews = read_interviews("RecruitView")
    store = FaceStore("faces")
    extract_interviews(interviews, store)
    model = train(interviews, store)
    print(evaluate(model, held_out_interviews(model, interviews), store))

Nothing is printed. Progress and skipped interviews are logged under "expressiveness"; to see them, call
`logging.basicConfig(level="INFO")`.
"""

import logging

import lazy_loader

logging.getLogger(__name__).addHandler(logging.NullHandler())  # a library logs nothing unless its user asks for it

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
