"""Verdicts on real projects, held against what their own tests did when they ran."""
