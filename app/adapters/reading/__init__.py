"""Evidence as a reader sees it in the portal: pictures of pages, or plain text and tables."""
