# What every step is made of.

# selected ID: whether --only and --from let a step run.
selected() {
  if [ -n "$FROM" ]; then
    if [ "$1" != "$FROM" ]; then return 1; fi
    FROM=''
  fi
  case $ONLY in
  '' | "$1" | "${1%%/*}") return 0 ;;
  *) return 1 ;;
  esac
}

# step ID FUNCTION ARGUMENT...: one line of the plan.
step() {
  COUNT=$((COUNT + 1))
  STEP=$1
  shift
  if ! selected "$STEP"; then
    STEP=''
    return 0
  fi
  MATCHED=yes
  printf '[%d/%d] %s %s\n' "$COUNT" "$TOTAL" "$(elapsed)" "$STEP"
  "$@"
  STEP=''
}

# elapsed: minutes and seconds since the start.
elapsed() { printf '%d:%02d' "$((SECONDS / 60))" "$((SECONDS % 60))"; }

stands() {
  STOOD=$((STOOD + 1))
  note "stands: $*"
}

# made: a change of this step. The summary names the steps, as many as somebody reads.
made() {
  MADE=$((MADE + 1))
  if [ "$LAST" = "$STEP" ]; then return 0; fi
  LAST=$STEP
  NAMED=$((NAMED + 1))
  if [ "$NAMED" -gt 50 ]; then return 0; fi
  CHANGED="$CHANGED
  - $STEP"
}

# changed: the steps that made a change.
changed() {
  if [ "$NAMED" -gt 50 ]; then
    CHANGED="$CHANGED
  - and $((NAMED - 50)) more, as shown above"
  fi
  if [ -n "$DRY_RUN" ]; then say "to be changed by:$CHANGED"; else say "changed by:$CHANGED"; fi
}

# change COMMAND...: runs a command that changes something. Its output is not shown: some commands print credentials.
# Returns the command's exit code; its errors are in $STATE/error.
change() {
  if [ -n "$DRY_RUN" ]; then
    note "would run: $(quoted "$@")"
    made
    return 0
  fi
  note "$(quoted "$@")"
  if "$@" </dev/null >/dev/null 2>"$STATE/error"; then
    made
    return 0
  fi
  return 1
}

# must COMMAND...: as change, but a failure ends the run.
must() {
  change "$@" || fail 23 "$(quoted "$@") failed: $(reason)"
}
