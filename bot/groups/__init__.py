"""Care for the groups themselves: who owns them, who is in them, by which code people join, what waits for a press."""
