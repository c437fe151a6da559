"""The command line: parse, call one workflow, emit, exit."""
