"""Intake: verify, keep, answer; process and replay."""
