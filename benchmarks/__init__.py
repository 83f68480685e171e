"""Measurements, and their results as data."""
