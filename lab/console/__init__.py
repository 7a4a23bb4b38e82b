"""What the commands print: a page for each that prints more than a line."""
