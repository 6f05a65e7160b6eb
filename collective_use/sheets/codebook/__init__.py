"""The codebook: entries and their page."""
