"""Wire formats, one file each, found by presence: how a vendor is called, answers and refuses."""
