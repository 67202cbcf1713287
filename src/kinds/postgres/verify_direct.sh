# attach_mpg_direct APP VARIABLE CLUSTER
attach_mpg_direct() { secret "$1" "$2"; }
