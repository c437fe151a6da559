"""The only place with opinions: the rule engine and its book."""
