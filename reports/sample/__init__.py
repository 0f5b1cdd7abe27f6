"""A deterministic fictional bureau: the water bureau of a county that does not exist. Every name is made up."""
