"""What an activation function is, those the lab ships, and formulas of one's own."""
