"""From imported rows to answers: what is counted, why it moved, what it will be."""
