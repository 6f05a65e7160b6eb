"""Results to reader: tables and figures; computes nothing."""
