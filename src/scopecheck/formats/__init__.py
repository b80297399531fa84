"""Ways in and out: one file per platform or tool, both directions where it has two."""
