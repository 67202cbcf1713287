# secret_token APP NAME TARGET TOKEN -- COMMAND...: the command makes a token called TOKEN and prints it, each time another
# one; it is for the app TARGET or, where that is empty, for the organisation.
secret_token() {
  local app=$1 name=$2 target=$3 token=$4 old
  shift 5
  wanted "$app" "$name" || return 0
  if has_secret "$app" "$name"; then
    # The machines work with the old one until they have the new one.
    old=$(tokens_called "$target" "$token") || exit $?
    if [ -n "$old" ]; then
      later "when $app is deployed with its new $name, revoke the token it had: $FLY tokens revoke $(printf '%s' "$old" | tr '\n' ' ')"
    fi
  else
    # A token without a secret was lost on the way: nobody has it.
    revoke "$target" "$token"
  fi
  if [ -n "$DRY_RUN" ]; then
    note "would run: $(quoted "$@")"
    SECRET=unknown
  else
    note "$(quoted "$@")"
    forget "tokens.$target"
    # Some versions of jq find nothing in nothing, and say that all is well.
    if ! SECRET=$("$@" </dev/null 2>"$STATE/error" | jq -er '.token | strings' 2>/dev/null) || [ -z "$SECRET" ]; then
      SECRET=''
      fail 23 "no token for the secret $name of $app was made: $(reason)"
    fi
  fi
  put_secret "$app" "$name"
}
