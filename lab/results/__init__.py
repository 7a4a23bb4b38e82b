"""A run from its plan to its report, and what is had of it then."""
