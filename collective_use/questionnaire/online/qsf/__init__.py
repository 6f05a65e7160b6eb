"""Qualtrics survey files (QSF): frame, questions, logic, codes."""
