# How the scripts look. A listing that fails, or that is no JSON, ends the run: it never reads as "missing".

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
forget() { rm -f "$STATE/$1" "$STATE/$1.stale"; }

# stale NAME: as forget, but only for those who renew it. What changed was one entry, and no step asks for it again.
stale() { : >"$STATE/$1.stale"; }

# renew NAME...: forgets what is stale.
renew() {
  local name
  for name in "$@"; do
    if [ -f "$STATE/$name.stale" ]; then forget "$name"; fi
  done
}

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
  case $CREATED in *" $1 "*) return 0 ;; esac
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

# in_table KIND NAME: whether the first column of the table of a kind holds a name. For what flyctl lists without JSON.
in_table() {
  local kind=$1
  if ! [ -f "$STATE/$kind" ]; then
    output "$kind" "$FLY" "$kind" list --org "$ORG"
    # The head of the table is there even when nothing else is.
    if ! head -n 1 "$STATE/$kind.text" | grep -q 'NAME'; then
      fail 21 "$(quoted "$FLY" "$kind" list --org "$ORG") printed no table"
    fi
    sed -e 1d -e 's/│.*//' -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' "$STATE/$kind.text" >"$STATE/$kind" ||
      fail 23 "cannot write to $STATE"
  fi
  grep -qxF -- "$2" "$STATE/$kind"
}

# prepare: finds the tools, the token and the organisation.
prepare() {
  # What these say would change what commands mean, or write down what they send.
  unset FLY_APP FLY_REGION FLY_ORG FLY_ORGANIZATION FLY_JSON FLY_VERBOSE LOG_LEVEL FLYCTL_OUTPUT_HAR
  # flyctl takes the first token that is set, even an empty one.
  if [ -z "${FLY_ACCESS_TOKEN-}" ]; then unset FLY_ACCESS_TOKEN; fi
  export FLY_NO_UPDATE_CHECK=1 FLY_NO_INCIDENTS_CHECK=1 FLY_SEND_METRICS=0 NO_COLOR=1
  command -v jq >/dev/null || fail 20 "jq is missing: https://jqlang.org/download"
  FLY=$(command -v fly || command -v flyctl) || fail 20 "flyctl is missing: https://fly.io/docs/flyctl/install"
  local version
  version=$("$FLY" version --json </dev/null | jq -r '.Version // .version // ""') || fail 20 "$FLY version --json failed"
  jq -en --arg have "$version" --arg need "$MINIMUM" \
    '[$have, $need] | map(ltrimstr("v") | split("-")[0] | split(".") | map(tonumber)) | .[0] >= .[1]' >/dev/null 2>&1 ||
    fail 20 "flyctl $version is too old: this script needs $MINIMUM or later (fly version upgrade)"
  STATE=$(mktemp -d "${TMPDIR:-/tmp}/flyarch.XXXXXX")
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  "$FLY" orgs show "$ORG" --json </dev/null >/dev/null 2>"$STATE/error" ||
    fail 20 "no token, or one that does not see the organisation $ORG (set FLY_API_TOKEN, or run fly auth login): $(reason)"
}
