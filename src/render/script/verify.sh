# What every line is made of. A line compares one thing of the spec with what is there, and changes nothing.

# check ID FUNCTION ARGUMENT...: one line of the plan, which the results of the function belong to.
check() {
  ID=$1
  shift
  if selected "$ID"; then
    MATCHED=yes
    "$@"
  fi
}

# selected ID: whether --only lets a line run.
selected() {
  case $ONLY in
  '' | "$1" | "${1%%/*}") return 0 ;;
  *) return 1 ;;
  esac
}

# result RESULT WHAT WANTED FOUND: a line of the table. RESULT is ok; wrong; waits, for a person; or note, which is no
# failure.
result() {
  local result=$1 what=$2 wanted=${3//[[:cntrl:]]/?} found=${4//[[:cntrl:]]/?}
  CHECKED=$((CHECKED + 1))
  case $result in
  wrong) WRONG=$((WRONG + 1)) ;;
  waits) WAITS=$((WAITS + 1)) ;;
  esac
  if [ -n "$JSON" ]; then
    printf '%s\037%s\037%s\037%s\037%s\n' "$ID" "$what" "$wanted" "$found" "$result" >>"$STATE/results"
  else
    printf '%-6s  %-*s  %-14s  %-14s  %s\n' "$result" "$WIDTH" "$ID" "$what" "$wanted" "$found"
  fi
}

# compare WHAT WANTED FOUND: ok when both are the same.
compare() {
  if [ "$2" = "$3" ]; then result ok "$@"; else result wrong "$@"; fi
}

# head_of_table: the first line of the table, and what is true of all that follows.
head_of_table() {
  if [ -z "$JSON" ]; then
    printf '%-6s  %-*s  %-14s  %-14s  %s\n' RESULT "$WIDTH" CHECK WHAT WANTED FOUND
  fi
  ID=fly/platform
  local status=unknown
  # The status page is none of the organisation, and may be down by itself.
  if "$FLY" platform status --json </dev/null >"$STATE/platform" 2>/dev/null; then
    status=$(jq -r '.status.description // "unknown"' <"$STATE/platform" 2>/dev/null) || status=unknown
  fi
  case $status in
  'All Systems Operational') result ok platform operational operational ;;
  *) result note platform operational "${status:-unknown}" ;;
  esac
  ID=fly/token
  result ok organisation "$ORG" "$ORG"
}

summary() {
  if [ -n "$JSON" ]; then
    jq -Rcn --arg architecture "$ARCHITECTURE" --arg org "$ORG" '[inputs | split("\u001f")
        | {id: .[0], what: .[1], wanted: .[2], found: .[3], result: .[4]}]
      | {version: 1, architecture: $architecture, org: $org, ok: all(.[]; .result == "ok" or .result == "note"), checks: .}' \
      <"$STATE/results" || fail 23 "jq failed"
  else
    say ''
    say "$ARCHITECTURE: $CHECKED checks, $WRONG wrong, $WAITS waiting for a person"
  fi
  if [ "$WRONG" -gt 0 ]; then exit 1; fi
  if [ "$WAITS" -gt 0 ]; then exit 10; fi
}
