"""What each command does, without click: the Python API."""
