"""Workbooks into which answers on paper are typed, twice."""
