"""The rules behind tools/tidy. A rule takes a SourceTree and yields (path, line, advice)."""
