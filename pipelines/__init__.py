"""Stage 2: brings events in, keeps them, runs dbt, publishes."""
