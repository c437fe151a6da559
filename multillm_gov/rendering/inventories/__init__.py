"""Formats of the inventory of services: one file each."""
