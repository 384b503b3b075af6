"""Names inside the project's own source: outlines, imports, aliases, classes. Asks `Origin` where that source ends."""
