# Read by scripts/check and scripts/test: run every step, show all of its output, and end with the ones that failed.
failed=

step() { # title command...
    title=$1
    shift
    printf '\n== %s\n' "$title"
    "$@" || { failed="$failed
  - $title"; printf '== FAILED: %s\n' "$title"; }
}

verdict() {
    [ -z "$failed" ] || { printf '\nThese steps failed:%s\n' "$failed" >&2; exit 1; }
}
