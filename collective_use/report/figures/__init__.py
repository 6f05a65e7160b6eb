"""Pictures of a report as SVG: small, readable on light and dark pages, editable."""
