"""What an editor asks of a portfolio being written: findings, explanations, completions, fixes."""
