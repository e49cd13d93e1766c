"""Tests that run the Go toolchain."""
