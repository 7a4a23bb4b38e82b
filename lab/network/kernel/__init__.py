"""The compiled kernel: C sources, how they are built, and how the built library is opened."""
