"""Writing and listing waivers."""
