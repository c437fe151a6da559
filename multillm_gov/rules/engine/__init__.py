"""Planning, judging, waivers, approvals, the registry."""
