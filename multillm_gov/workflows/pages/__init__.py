"""Pages of rules, policies, controls and keys, as people read them."""
