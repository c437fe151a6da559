"""The board pack: page two, decisions and sections for each audience, in a reader's language."""
