from .rendering import SampleConfig, render_sample_interviews

__all__ = [
    "SampleConfig",
    "render_sample_interviews",
]
