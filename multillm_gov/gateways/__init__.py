"""What a gateway is configured with, from the allocation: one file per gateway."""
