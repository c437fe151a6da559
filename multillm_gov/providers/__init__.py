"""The only room that names LiteLLM: live, recorded and replayed clients behind one protocol."""
