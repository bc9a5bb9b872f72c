"""The web side: pages, HTTP API, exports."""
