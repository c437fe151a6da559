"""What runs compared with what is declared."""
