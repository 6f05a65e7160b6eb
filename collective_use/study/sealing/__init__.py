"""A study under a seal: what is sealed, by whom, and what a later run did differently."""
