"""The typeface of the PDF (Inter, SIL Open Font License 1.1, see OFL.txt) and what it can show."""
