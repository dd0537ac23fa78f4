"""What a file holds that should not be sent: looked for by rule, and taken out where a rule can."""
