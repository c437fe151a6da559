"""The languages of reports: one file each, found by presence."""
