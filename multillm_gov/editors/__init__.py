"""Talking to editors: the language server and its protocol's own ways of counting."""
