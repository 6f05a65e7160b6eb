"""What a bank must satisfy to load, a file a subject."""
