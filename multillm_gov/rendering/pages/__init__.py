"""A report laid out for pages: what HTML and PDF share."""
