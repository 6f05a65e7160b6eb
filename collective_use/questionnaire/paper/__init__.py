"""On paper: PDF, fillable PDF, Word."""
