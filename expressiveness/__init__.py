"""Classify how expressive a face is in interview videos, and learn from the mistakes.

The public names below are loaded when they are first used, so that importing this package costs next to nothing:
neither TensorFlow nor MediaPipe is loaded before it is needed.

    interviews = read_interviews("RecruitView")
    store = FaceStore("faces")
    extract_interviews(interviews, store)
    model = train(interviews, store)
    print(evaluate(model, held_out_interviews(model, interviews), store))

It prints nothing. What it does and what it passes over is logged under "expressiveness", as by
`logging.basicConfig(level="INFO")`.
"""

import logging

import lazy_loader

logging.getLogger(__name__).addHandler(logging.NullHandler())  # whoever uses a library decides what is shown of it

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
