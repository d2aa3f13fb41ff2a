"""Production video models: one table of what each takes, loaded through diffusers."""
