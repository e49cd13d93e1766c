"""Attacks on the grader: none earns a point, and each layer holds alone."""
