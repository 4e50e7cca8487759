"""Measurements of the whole house at work: `python -m benchmarks`, `python -m benchmarks --large`."""
