"""Who speaks for a group: partners, strata, censuses."""
