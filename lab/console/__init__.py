"""What the command line tells: a page for each command that says more than a line."""
