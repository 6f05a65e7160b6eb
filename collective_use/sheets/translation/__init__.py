"""Translation workbooks, out and back."""
