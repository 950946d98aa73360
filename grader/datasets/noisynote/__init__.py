"""The course's banknotes with noise columns: a zip of four counted texts."""
