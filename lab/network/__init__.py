"""The network: backpropagation, its costs, its beginnings and its steps."""
