"""What editors and people ask about a test: plain data made of what `check` knows, no protocol."""
