"""The directory: tables, questions, and the one door in. The only package that speaks SQL."""
