"""A local server that speaks the providers' wire formats, with scripted faults."""
