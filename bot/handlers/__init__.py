"""One file per conversation, from a report to a rating."""
