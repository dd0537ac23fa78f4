"""Looks at a file that somebody says is a certificate of ours, in a process apart. The register decides; see rules."""
