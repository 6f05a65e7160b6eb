"""Pictures of results as figures of matplotlib: the same drawings as the report's page."""
