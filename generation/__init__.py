"""Stage 1: makes videos and usage events."""
