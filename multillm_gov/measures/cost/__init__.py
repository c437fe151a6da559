"""What requests, demand and whole portfolios cost, and why a cost is not known."""
