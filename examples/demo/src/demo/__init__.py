"""A small package with what makes packaging hard."""
