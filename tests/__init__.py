"""All tests. `unit` needs no service, `integration` a real MongoDB, `browser` the real App in a real browser.

A package of its own, so that `tests` never means the folder of that name that tf2onnx installs.
"""
