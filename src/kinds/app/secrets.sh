# Secrets go to flyctl through standard input, never as an argument. Only missing ones are set: a value cannot be read
# back, so there is nothing to compare. --update-secrets sets all again.

# The value on its way from its source to put_secret.
SECRET=''

# wanted APP NAME: whether a secret must be set.
wanted() {
  if has_secret "$1" "$2" && [ -z "$UPDATE_SECRETS" ]; then
    stands "secret $2"
    return 1
  fi
  return 0
}

# put_secret APP NAME: sets the secret to $SECRET, so that flyctl gives the same bytes to the app.
put_secret() {
  local app=$1 name=$2 value=$SECRET line='' LC_ALL=C
  SECRET=''
  if [ -z "$value" ]; then
    block "$app" "the value of secret $name for $app is empty"
    return 0
  fi
  if [ -n "$DRY_RUN" ]; then
    note "would set secret $name through standard input: $FLY secrets import --stage -a $app"
    made
    staged "$app"
    return 0
  fi
  # Values travel as JSON, which is text: flyctl would replace every byte that is part of no character.
  if [ "$(printf '%s' "$value" | jq -Rsj . && printf x)" != "${value}x" ]; then unfit "$name"; fi
  if encode; then
    printf '%s\n' "$line" | "$FLY" secrets import --stage -a "$app" >/dev/null 2>"$STATE/error" || unstored
  else
    # `secrets set NAME=-` takes one value as it is, but for blanks around it: of any script, so that only what begins
    # and ends with ASCII is safe (flyctl helpers/stdin.go).
    case $value in [!!-~]* | *[!!-~]) unfit "$name" ;; esac
    if [ ${#value} -gt 65536 ]; then unfit "$name"; fi
    printf '%s' "$value" | "$FLY" secrets set "$name=-" --stage -a "$app" >/dev/null 2>"$STATE/error" || unstored
  fi
  note "secret $name is staged"
  made
  staged "$app"
}

unfit() { fail 23 "flyctl cannot take the value of secret $1 as it is: let the app decode it from base64"; }

# unstored: ends put_secret, with the reason of flyctl unless the value is in it.
# shellcheck disable=SC2154
unstored() {
  local why
  why=$(reason)
  case $why in *NAME=VALUE* | *"$value"*) why='flyctl did not understand it' ;; esac
  fail 23 "secret $name of $app was not stored: $why"
}

# encode: sets the caller's $line from its $name and $value, or fails when there is no way to write the value down.
# flyctl's parser knows no escapes. It cuts a value at its first # unless the double quotes before that are odd in
# number, takes off one pair of quotes, and reads lines below 64 KiB, without a CR at their end
# (flyctl internal/command/secrets/parser.go).
# shellcheck disable=SC2154
encode() {
  local first=${value%%$'\n'*} before quotes=0 rest=$value part
  case $first in
  *'#'*)
    before=${first%%'#'*}
    quotes=$(printf '%s' "$before" | tr -dc '"' | wc -c)
    ;;
  esac
  case $value in
  *$'\n'*)
    if [ $((quotes % 2)) -eq 1 ]; then return 1; fi
    while :; do
      part=${rest%%$'\n'*}
      if [ ${#part} -ge 60000 ]; then return 1; fi
      if [ ${#part} -eq ${#rest} ]; then break; fi
      case $part in *'"""' | *$'\r') return 1 ;; esac
      rest=${rest:$((${#part} + 1))}
    done
    line="$name=\"\"\"$value\"\"\""
    ;;
  *)
    if [ ${#value} -ge 60000 ]; then return 1; fi
    if [ $((quotes % 2)) -eq 1 ]; then
      line="$name='$value'"
    else
      case $value in
      '"' | '""'*) line="$name=\"\"\"$value\"\"\"" ;;
      *) line="$name=\"$value\"" ;;
      esac
    fi
    ;;
  esac
}

# secret_env APP NAME VARIABLE
secret_env() {
  wanted "$1" "$2" || return 0
  if [ -z "${!3+set}" ]; then
    block "$1" "set $3 in the environment of this script: it is the secret $2 of $1"
    return 0
  fi
  SECRET=${!3}
  put_secret "$1" "$2"
}

# secret_file APP NAME FILE
secret_file() {
  wanted "$1" "$2" || return 0
  if ! [ -r "$3" ]; then
    block "$1" "the file ${3#"$HERE"/} is not there: it is the secret $2 of $1"
    return 0
  fi
  if [ "$(LC_ALL=C tr -dc '\000' <"$3" | wc -c)" -ne 0 ]; then
    fail 23 "the file of secret $2 holds zero bytes: let the app decode it from base64"
  fi
  # The letter keeps the line breaks at the end, which $( ) would cut.
  SECRET=$(cat "$3" && printf x)
  SECRET=${SECRET%x}
  put_secret "$1" "$2"
}

# secret_command APP NAME WORD...
secret_command() {
  local app=$1 name=$2
  wanted "$app" "$name" || return 0
  shift 2
  if [ -n "$DRY_RUN" ]; then
    SECRET=unknown
  # A program, or what bash has for one; no function of this script.
  elif ! SECRET=$(command -- "$@" </dev/null 2>"$STATE/error"); then
    SECRET=''
    block "$app" "the command of secret $name failed: $(quoted "$@")"
    return 0
  fi
  put_secret "$app" "$name"
}

# secret_generate APP NAME KIND
secret_generate() {
  # Never made anew: what was encrypted with the old value would be lost.
  if has_secret "$1" "$2"; then
    stands "secret $2"
    return 0
  fi
  case $3 in
  hex16) SECRET=$(random 16 | hexadecimal) ;;
  hex32) SECRET=$(random 32 | hexadecimal) ;;
  hex64) SECRET=$(random 64 | hexadecimal) ;;
  base64) SECRET=$(random 32 | base64 | tr -d '\n') ;;
  esac
  put_secret "$1" "$2"
}

random() { head -c "$1" /dev/urandom; }
hexadecimal() { od -An -v -tx1 | tr -d ' \n'; }

# secret_manual APP NAME WHO
secret_manual() {
  if has_secret "$1" "$2"; then
    stands "secret $2"
    return 0
  fi
  block "$1" "secret $2 of $1 is set by hand ($3): $FLY secrets set $2=- --stage -a $1 <FILE"
}
