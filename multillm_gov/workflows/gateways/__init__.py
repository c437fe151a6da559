"""What commands about gateways do: export, drift."""
