"""The allocation in gateways' own formats: one file each, with ``render(routing) -> bytes``."""
