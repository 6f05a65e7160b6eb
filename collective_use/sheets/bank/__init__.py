"""The item bank as a workbook, out and back."""
