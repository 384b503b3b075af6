"""The rows: what known callables do, by the canonical name of their definition. No code path of their own."""
