"""One rule a file: what a LiteLLM proxy configuration says and does not do."""
