# What is told at the end.

# differs TEXT...: something is not as the spec says, and is left alone.
differs() {
  DIFFERS="$DIFFERS
  - $*"
  note "differs, left alone: $*"
}

# refuse TEXT...: something is not done because it would destroy.
refuse() {
  REFUSED=yes
  differs "$@"
}

# later TEXT...: something that only a person can do.
later() {
  LATER="$LATER
  - $*"
  note "for you: $*"
}

# block APP TEXT...: an app that cannot be deployed before a person has done something.
block() {
  local app=$1
  shift
  BLOCKED="$BLOCKED $app "
  later "$@"
}

blocked() {
  case $BLOCKED in
  *" $1 "*) return 0 ;;
  *) return 1 ;;
  esac
}

# created APP: it is there now, as no listing says yet.
created() { if [ -z "$DRY_RUN" ]; then CREATED="$CREATED $1 "; fi; }

# staged APP: a secret of the app is set that its machines do not have yet.
staged() {
  STAGED="$STAGED $1 "
  stale "secrets.$1"
}

summary() {
  say ''
  if [ -n "$DRY_RUN" ]; then
    say "dry run: $MADE changes to make, $STOOD things stand as they should"
  else
    say "done in $(elapsed): $MADE changes made, $STOOD things stood as they should"
  fi
  if [ -n "$CHANGED" ]; then changed; fi
  if [ -n "$DIFFERS" ]; then say "different from the spec, and left alone:$DIFFERS"; fi
  if [ -n "$LATER" ]; then say "left for you:$LATER"; fi
  if [ -n "$REFUSED" ]; then exit 24; fi
  if [ -n "$LATER" ]; then exit 10; fi
}
