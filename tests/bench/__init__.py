"""Benchmarks that anyone can run; they are no tests."""
