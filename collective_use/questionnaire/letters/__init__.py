"""Letters that go with a questionnaire: to the unit, to each person, and further consents."""
