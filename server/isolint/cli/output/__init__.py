"""How results are written: one file a format, from plain reports to text; nothing is analysed or decided here."""
