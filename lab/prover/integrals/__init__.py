"""Integrals with proved errors: designs by their slope, and expectations under normal z."""
