"""The provider of sources and pycs."""

PyInfo = provider(
    doc = "The fields with pycs and sources.",
    fields = ["transitive_sources", "transitive_original_sources", "transitive_pyc_files", "transitive_implicit_pyc_files"],
)
