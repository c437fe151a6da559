"""From values to one `Report`; says what is reported, never how it looks."""
