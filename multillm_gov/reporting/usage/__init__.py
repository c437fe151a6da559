"""What ``govern usage`` reports."""
