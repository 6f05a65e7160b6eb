"""What experts see and respondents do not: banks, translations, reviews and codebooks."""
