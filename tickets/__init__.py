"""The desk: the life of a matter and every use case on it."""
