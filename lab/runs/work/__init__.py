"""Chunks at work: what trains them, in this process, in others, or on a cluster."""
