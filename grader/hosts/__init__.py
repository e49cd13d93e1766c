"""Thin adapters to the programs that host the course. They import the core, and never the reverse."""
