"""Synthetic sample interviews, rendered on this machine; start at `rendering.render_sample_interviews`."""

from expressiveness.sample_data.rendering import SampleConfig, render_sample_interviews

__all__ = ["SampleConfig", "render_sample_interviews"]
