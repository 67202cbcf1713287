#!/usr/bin/env bash
# Dumps what runs on Fly.io, for `flyarch import --live`. It changes nothing.
set -euo pipefail
dir=${1:-live}
mkdir -p "$dir"
fly apps list --json >"$dir/apps.json"
for app in acme-shop-api-staging acme-shop-api acme-shop-web-staging acme-shop-web acme-shop-worker-staging acme-shop-worker; do
  mkdir -p "$dir/$app"
  fly scale show -a "$app" --json >"$dir/$app/scale.json"
  fly ips list -a "$app" --json >"$dir/$app/ips.json"
  fly volumes list -a "$app" --json >"$dir/$app/volumes.json"
  fly secrets list -a "$app" --json >"$dir/$app/secrets.json"
  fly certs list -a "$app" --json >"$dir/$app/certs.json"
  fly machine list -a "$app" --json >"$dir/$app/machines.json"
done
