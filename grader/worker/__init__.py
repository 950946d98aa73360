"""Makes runs: an order comes in, an answer and a complete folder go out. Measures and judges nothing."""
