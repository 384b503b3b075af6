"""The keyed memo with recorded reads and early cut-off. It knows no domain, and it is the only cache in the house."""
