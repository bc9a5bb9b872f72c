"""The chat side: hears, decides, handles and speaks."""
