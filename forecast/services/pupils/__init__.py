"""Pupils by grade on their own: grade progression, plain methods, repeaters, and trajectories of them."""
