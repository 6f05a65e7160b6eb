"""Power and precision before the data: closed forms and draws, on arrays."""
