"""How fast expressions grow or fall where z is large, or next to 0."""
