"""A stand-in WeCom over HTTP and WebSocket; imports nothing of ours."""
