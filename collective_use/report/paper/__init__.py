"""Methods and results as a paper has them: sections, APA tables, figures; for Word and LaTeX."""
