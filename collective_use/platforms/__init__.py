"""What a reader and a writer of one platform share."""
