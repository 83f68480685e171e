"""Scripts that `make` calls.

A package of its own, so that `tools` never means the folder of that name that tf2onnx installs.
"""
