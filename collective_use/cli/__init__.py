"""The command line: parse, call the study, print, exit code; no statistics."""
