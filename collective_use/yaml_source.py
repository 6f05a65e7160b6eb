"""YAML with positions, for instruments, studies and column maps."""
