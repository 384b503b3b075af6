"""Places, routes, summaries, cuts, cures: where code runs and what it does to the database there."""
