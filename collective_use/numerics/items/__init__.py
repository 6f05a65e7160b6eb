"""Items of a scale: reliability, omega, careless answers."""
