# Of a machine: whether it is as the spec says of its job. $e is how often it runs, $c the words of its command as JSON,
# $s the digest of its settings, and $r the release of the app whose image it should run.
AS_WANTED='(.config | .schedule == $e and .init.cmd == ($c | fromjson) and .metadata.flyarch_settings == $s
  and .metadata.flyarch_release == $r)'

# release_of APP: the number of the last release that is complete.
release_of() {
  app_listing releases "$1" "$FLY" releases -a "$1" --json
  ask "releases.$1" 'first(.[] | select(.Status == "complete")) | .Version // empty'
}
