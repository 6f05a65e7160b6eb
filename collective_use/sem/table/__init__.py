"""From model text to the parameter table and the arrays that estimation runs on."""
