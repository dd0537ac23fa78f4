"""Keys that sign certificates and credentials, and the process that signs PDFs with one."""
