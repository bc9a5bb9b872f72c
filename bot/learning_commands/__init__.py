"""Commands by which a county learns: its own category head, corrections by people, and trials of new lists."""
