# What every step is made of. A listing that fails, or that is no JSON, ends the run: it never reads as "missing".

say() { printf '%s\n' "$*"; }
note() { printf '        %s\n' "$*"; }

# fail CODE TEXT...: ends the run. The exit trap says which step it was.
fail() {
  local code=$1
  shift
  printf 'error: %s\n' "$*" >&2
  exit "$code"
}

# finish: runs at every end, also after an error.
finish() {
  local code=$?
  trap - EXIT
  if [ -n "$STATE" ]; then rm -rf "$STATE"; fi
  if [ "$code" -ne 0 ] && [ -n "$STEP" ]; then
    printf 'stopped in step %s. What is done stays done: run the script again to go on.\n' "$STEP" >&2
    # An error that no function foresaw is a failed step too.
    if [ "$code" -eq 1 ]; then code=23; fi
  fi
  exit "$code"
}

# quoted WORD...: the words as a shell would read them, for people.
quoted() {
  local word out=''
  for word in "$@"; do
    case $word in
    '' | *[!A-Za-z0-9_./:=@%+,-]*) out="$out '${word//\'/\'\\\'\'}'" ;;
    *) out="$out $word" ;;
    esac
  done
  printf '%s' "${out# }"
}

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
  printf '[%d/%d] %s\n' "$COUNT" "$TOTAL" "$STEP"
  "$@"
  STEP=''
}

stands() {
  STOOD=$((STOOD + 1))
  note "stands: $*"
}

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

# staged APP: a secret of the app is set that its machines do not have yet.
staged() {
  STAGED="$STAGED $1 "
  forget "secrets.$1"
}

blocked() {
  case $BLOCKED in
  *" $1 "*) return 0 ;;
  *) return 1 ;;
  esac
}

# change COMMAND...: runs a command that changes something. Its output is not shown: some commands print credentials.
# Returns the command's exit code; its errors are in $STATE/error.
change() {
  if [ -n "$DRY_RUN" ]; then
    note "would run: $(quoted "$@")"
    MADE=$((MADE + 1))
    return 0
  fi
  note "$(quoted "$@")"
  if "$@" </dev/null >/dev/null 2>"$STATE/error"; then
    MADE=$((MADE + 1))
    return 0
  fi
  return 1
}

# must COMMAND...: as change, but a failure ends the run.
must() {
  change "$@" || fail 23 "$(quoted "$@") failed: $(reason)"
}

# reason: the last words of the command that failed.
reason() {
  if [ -s "$STATE/error" ]; then tail -n 5 "$STATE/error"; else printf 'it gave no reason'; fi
}

# listing NAME COMMAND..., document NAME COMMAND...: the JSON that a reading command prints, a list or an object, in
# $STATE/NAME, asked for once.
listing() {
  if ! [ -f "$STATE/$1" ]; then
    output "$@"
    parse array "$@"
  fi
}
document() {
  if ! [ -f "$STATE/$1" ]; then
    output "$@"
    parse object "$@"
  fi
}

# output NAME COMMAND...: what a reading command prints.
output() {
  local file=$STATE/$1.text
  shift
  "$@" </dev/null >"$file" 2>"$STATE/error" || fail 21 "$(quoted "$@") failed: $(reason)"
}

# parse TYPE NAME COMMAND...: the output of the command as JSON. What is of another type than expected is no answer: an
# error in JSON must not read as an empty list.
parse() {
  local type=$1 file=$STATE/$2
  shift 2
  # Only the first document counts: a long list of certificates has a sentence behind it. Nothing to list may be null.
  jq -cn --arg t "$type" '(input // []) | if type == $t then . else error("another type") end' \
    <"$file.text" >"$file.json" 2>/dev/null || fail 21 "$(quoted "$@") printed something else than a JSON $type"
  mv "$file.json" "$file" || fail 23 "cannot write to $STATE"
}

# forget NAME: what a listing said has changed.
forget() { rm -f "$STATE/$1"; }

# ask NAME FILTER ARGUMENT...: what a listing says.
ask() {
  local file=$STATE/$1 filter=$2
  shift 2
  jq -r "$@" "$filter" <"$file" || fail 21 "a listing has another form than expected: $(basename "$file")"
}

# has NAME FILTER ARGUMENT...: whether a listing says so. A question that fails ends the run, also behind `if`.
has() {
  local answer
  answer=$(ask "$@") || exit $?
  [ "$answer" = true ]
}

# ours NAME: whether an app of this name is in the organisation. A name elsewhere is somebody else's.
ours() {
  listing apps "$FLY" apps list --org "$ORG" --json
  has apps 'any(.[]; .Name == $n)' --arg n "$1"
}

# app_listing KIND APP COMMAND...: a listing of an app. An app that a dry run would only now create has nothing.
app_listing() {
  local name=$1.$2
  if [ -n "$DRY_RUN" ] && ! [ -f "$STATE/$name" ] && ! ours "$2"; then
    printf '[]\n' >"$STATE/$name"
    return 0
  fi
  shift 2
  listing "$name" "$@"
}

# has_secret APP NAME
has_secret() {
  app_listing secrets "$1" "$FLY" secrets list -a "$1" --json
  has "secrets.$1" 'any(.[]; .name == $n)' --arg n "$2"
}

# in_table NAME COMMAND...: whether the first column of a table holds a name. For what flyctl lists without JSON.
in_table() {
  local name=$1
  shift
  if ! "$@" </dev/null >"$STATE/table" 2>"$STATE/error"; then
    fail 21 "$(quoted "$@") failed: $(reason)"
  fi
  # The head of the table is there even when nothing else is.
  if ! head -n 1 "$STATE/table" | grep -q 'NAME'; then fail 21 "$(quoted "$@") printed no table"; fi
  # By way of a file: grep ends at the first match, and a pipe that nobody reads would be an error.
  sed -e 1d -e 's/│.*//' -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' "$STATE/table" >"$STATE/names" ||
    fail 23 "cannot write to $STATE"
  grep -qxF -- "$name" "$STATE/names"
}

summary() {
  say ''
  if [ -n "$DRY_RUN" ]; then
    say "dry run: $MADE changes to make, $STOOD things stand as they should"
  else
    say "done: $MADE changes made, $STOOD things stood as they should"
  fi
  if [ -n "$DIFFERS" ]; then say "different from the spec, and left alone:$DIFFERS"; fi
  if [ -n "$LATER" ]; then say "left for you:$LATER"; fi
  if [ -n "$REFUSED" ]; then exit 24; fi
  if [ -n "$LATER" ]; then exit 10; fi
}
