"""What isolint reports: one file a rule, whose docstring is its page, plus the registry and the shape of a finding."""
