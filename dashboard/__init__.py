"""Stage 4: shows what the metrics say."""
