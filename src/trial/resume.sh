# Sourced by bash in front of the script, through BASH_ENV: skips the steps before a noted one, and takes up what was
# known there. With extdebug a trap that fails skips the command; errexit would take that for an end.
unset BASH_ENV
TRIAL_STEP=0
# shellcheck disable=SC1090
trap 'case $BASH_COMMAND in "step "*)
  TRIAL_STEP=$((TRIAL_STEP + 1))
  if [ "$TRIAL_STEP" -lt "$TRIAL_AT" ]; then
    set +e
    shopt -s extdebug
    false
  else
    shopt -u extdebug
    set +TE -e
    trap - DEBUG
    . "$TRIAL_POINTS/$TRIAL_AT.known"
    cp -R "$TRIAL_POINTS/$TRIAL_AT.state/." "$STATE"
  fi ;;
esac' DEBUG
