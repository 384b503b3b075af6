"""The command line: one file a command, on the same engine as the server; imports what is heavy only when it runs."""
