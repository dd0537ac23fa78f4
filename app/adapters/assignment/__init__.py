"""Who reviews what, found by a solver in a process of its own."""
