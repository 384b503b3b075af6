"""`app/` is the project that the converted tests are judged in, no part of this suite."""

collect_ignore = ["app"]
