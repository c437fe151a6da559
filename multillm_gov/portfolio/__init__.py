"""What people declare: settings, allocations, policies, waivers."""
