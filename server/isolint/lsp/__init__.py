"""The language server: the one room that knows the protocol. Analysis lives in the rooms above; it is called here."""
