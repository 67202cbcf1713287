# Sourced by bash in front of the script, through BASH_ENV: notes what is known before each step.
unset BASH_ENV
TRIAL_STEP=0
trap 'case $BASH_COMMAND in "step "*)
  TRIAL_STEP=$((TRIAL_STEP + 1))
  declare -p >"$TRIAL_POINTS/$TRIAL_STEP.variables"
  printf "%s\n" "$BASH_COMMAND" >"$TRIAL_POINTS/$TRIAL_STEP.step"
  cp "$FLY_SIM_STATE/state.json" "$TRIAL_POINTS/$TRIAL_STEP.account"
  cp -R "$STATE" "$TRIAL_POINTS/$TRIAL_STEP.state" ;;
esac' DEBUG
