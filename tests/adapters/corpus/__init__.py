"""Made files, each with what should be found in it. Nothing in them is of a real person or organisation."""
