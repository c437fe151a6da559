"""The parts of the Monte Carlo simulation: streams, outages, overlaps, costs, distributions. Only it loads numpy."""
