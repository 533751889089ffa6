"""A package that make installs."""
