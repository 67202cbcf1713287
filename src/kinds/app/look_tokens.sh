# tokens_called TARGET NAME: the ids of tokens of a name that are not revoked: of the app TARGET or, where that is empty,
# of the organisation. flyctl lists them without JSON.
tokens_called() {
  local target=$1 name=$2 list=tokens.$1 id called revoked rest
  if [ -n "$target" ] && ! ours "$target"; then return 0; fi
  if ! [ -f "$STATE/$list" ]; then
    if [ -n "$target" ]; then
      output "$list" "$FLY" tokens list -a "$target"
    else
      output "$list" "$FLY" tokens list --scope org --org "$ORG"
    fi
    # The head of the table is there even when nothing else is.
    grep -q 'REVOKED AT' "$STATE/$list.text" || fail 21 "$FLY tokens list printed no table"
    sed -e 's/[[:space:]]*│[[:space:]]*/|/g' -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' "$STATE/$list.text" >"$STATE/$list" ||
      fail 23 "cannot write to $STATE"
  fi
  while IFS='|' read -r id called rest rest revoked; do
    if [ "$called" = "$name" ] && [ -z "$revoked" ]; then printf '%s\n' "$id"; fi
  done <"$STATE/$list"
}

# revoke TARGET NAME: takes all tokens of a name back. flyctl ends well also when it did not, so it is looked again.
revoke() {
  local ids
  ids=$(tokens_called "$1" "$2") || exit $?
  if [ -z "$ids" ]; then return 0; fi
  # shellcheck disable=SC2086
  must "$FLY" tokens revoke $ids
  if [ -n "$DRY_RUN" ]; then return 0; fi
  forget "tokens.$1"
  ids=$(tokens_called "$1" "$2") || exit $?
  if [ -n "$ids" ]; then fail 23 "the token $2 could not be revoked"; fi
}
