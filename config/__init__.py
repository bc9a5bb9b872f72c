"""Settings and the county's files, returned as plain checked data."""
