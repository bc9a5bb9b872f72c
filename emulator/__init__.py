"""A stand-in WeCom over HTTP and WebSocket with a chat page of three tiers; imports nothing of ours."""
