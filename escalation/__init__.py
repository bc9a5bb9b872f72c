"""The rule book: policies, calendar, ladder and the next step."""
