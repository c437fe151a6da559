"""Where files come from and go to: the disk and git revisions."""
