"""A package that meson installs."""
