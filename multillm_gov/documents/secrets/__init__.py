"""Keys and passwords in governed files: found, and masked in every output."""
