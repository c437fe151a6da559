"""Wire formats, one file each, found by presence: how a vendor is asked, answers, and says no."""
