"""A form as a spreadsheet, out and back in."""
