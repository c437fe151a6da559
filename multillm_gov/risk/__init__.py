"""What happens to us if: dependency systems, scenarios, reverse stress, Monte Carlo."""
