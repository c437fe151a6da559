"""From a LiteLLM proxy configuration to a portfolio, with a report of every setting."""
