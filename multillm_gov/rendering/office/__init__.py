"""What slides and workbooks are made of: shapes with text, native charts, styles of cells."""
