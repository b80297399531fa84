"""Every small program over a small universe, answered by the library and by a second reading of the clauses."""
