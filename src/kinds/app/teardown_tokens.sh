# revoke_tokens TARGET:TOKEN...: takes back what was made for an app that is gone.
revoke_tokens() {
  local token
  for token in "$@"; do revoke "${token%%:*}" "${token#*:}"; done
}
