"""Answers `Origin` with jedi: a child process and its answer store. The only room that imports jedi."""
