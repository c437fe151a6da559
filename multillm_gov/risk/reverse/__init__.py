"""The smallest shock that breaks a limit."""
