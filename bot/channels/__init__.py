"""The bytes of WeCom: doors in and calls out."""
