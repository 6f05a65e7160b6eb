"""What the headings of an export say."""
