"""Shapes as SVG data, made on the server: pure functions of what is stored."""
