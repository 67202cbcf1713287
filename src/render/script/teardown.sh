# What is told at the end.

# gone WHAT: nothing to take away.
gone() { stands "$* is not there"; }

# keep WHAT: something stays, and goes on costing money.
keep() {
  KEPT="$KEPT
  - $*"
  note "stays: $*"
}

# share WHAT: something that no step is about, because others use it too.
share() {
  SHARED="$SHARED
  - $*"
}

# refuse TEXT...: something is not destroyed because it is not the spec's alone.
refuse() {
  REFUSED="$REFUSED
  - $*"
  note "left alone: $*"
}

# known APP: whether it is an app of this spec, as far as its step has run.
known() {
  case $KNOWN in
  *" $1 "*) return 0 ;;
  *) return 1 ;;
  esac
}

summary() {
  say ''
  if [ -n "$DRY_RUN" ]; then
    say "dry run: $MADE changes to make, $STOOD things are not there"
  else
    say "done in $(elapsed): $MADE changes made, $STOOD things were not there"
  fi
  if [ -n "$CHANGED" ]; then changed; fi
  if [ -n "$SHARED" ]; then say "shared with others, and left alone:$SHARED"; fi
  if [ -n "$KEPT" ]; then say "still there, and still costing money:$KEPT"; fi
  if [ -n "$REFUSED" ]; then
    say "not destroyed:$REFUSED"
    exit 24
  fi
}
