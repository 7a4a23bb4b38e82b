"""What is told of a run before it trains: what it needs, and how fast its layers will learn."""
