# revoke_tokens TARGET:TOKEN...: takes back what was made for an app that is gone.
revoke_tokens() {
  local token
  # An app that an earlier step took away took its tokens along.
  forget apps
  for token in "$@"; do revoke "${token%%:*}" "${token#*:}"; done
}
