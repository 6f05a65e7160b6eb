"""What a bank would do better without: rules with reasons."""
