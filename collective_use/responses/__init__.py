"""What came back: the validated table and one reader per platform."""
