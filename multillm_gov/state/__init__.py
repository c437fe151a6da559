"""One value: a portfolio as read, known, proved, consumed and measured on a day."""
