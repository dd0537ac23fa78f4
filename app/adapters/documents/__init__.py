"""A form as a Word document, out and back in."""
