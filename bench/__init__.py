"""Figures of speed and size, measured on this machine. `python -m bench` prints the table; nothing here is a test."""
