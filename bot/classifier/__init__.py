"""Reads one message with its talk and gives a verdict with reasons."""
