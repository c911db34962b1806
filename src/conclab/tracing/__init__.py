"""Traces: merging what the probes wrote into one timeline, and showing it offline."""
