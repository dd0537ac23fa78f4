"""Whether an uploaded file is what it says it is, and holds nothing that could hurt who opens it."""
