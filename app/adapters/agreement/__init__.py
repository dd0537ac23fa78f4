"""How far reviewers agree: figures computed in a process apart, because of what their libraries cost."""
