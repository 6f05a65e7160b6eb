"""One writer for each survey platform: a form goes out, and comes back without a mapping."""
