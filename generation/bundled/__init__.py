"""The bundled video diffusion model."""
