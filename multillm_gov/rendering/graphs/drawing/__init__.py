"""What drawings of the dependency graph share: columns, bounds and places."""
