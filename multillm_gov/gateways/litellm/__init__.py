"""LiteLLM: its proxy configuration read, judged, imported and compared."""
