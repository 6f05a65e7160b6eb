"""While the survey runs: members, response rates, the monitor."""
