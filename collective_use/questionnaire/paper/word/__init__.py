"""The questionnaire as a Word document: cover, grids, questions, and what they are made of."""
