"""The company whose numbers the source story tells, as events with known truth."""
