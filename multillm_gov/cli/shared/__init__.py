"""What several commands share: the group, options, output, progress."""
