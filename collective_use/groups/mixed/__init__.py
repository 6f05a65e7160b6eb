"""Mixed models of persons in groups: emergence, scale, levels, relations."""
