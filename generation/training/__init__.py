"""The clip world and the training loop that made the bundled weights."""
