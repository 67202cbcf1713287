# deployed APP: whether its last release is complete.
deployed() {
  app_listing releases "$1" "$FLY" releases -a "$1" --json
  has "releases.$1" '(.[0].Status // "") == "complete"'
}

# config_of APP WHICH COMMAND...: the configuration of an app, and of no other, in $STATE/WHICH.APP.
config_of() {
  local app=$1 which=$2
  shift 2
  document "$which.$app" "$@"
  has "$which.$app" '.app == $a' --arg a "$app" || fail 21 "$(quoted "$@") printed something else than the configuration of $app"
}

# configured APP CONFIG: whether an app that is deployed runs the configuration.
configured() {
  local running wanted
  config_of "$1" running "$FLY" config show -a "$1"
  config_of "$1" wanted "$FLY" config show --local -c "$2" -a "$1"
  # The build section is about the image, and flyctl does not keep it everywhere.
  running=$(ask "running.$1" 'del(.build)' -S) || exit $?
  wanted=$(ask "wanted.$1" 'del(.build)' -S) || exit $?
  [ "$running" = "$wanted" ]
}
