//! `consul`: a Consul cluster as a secret of an app (flyctl-commands 1.12).

use super::{Cx, Outcome, deploy, fake_secret};

fn variable(cx: &Cx<'_>) -> String {
    cx.call.text("variable-name").unwrap_or("FLY_CONSUL_URL").to_owned()
}

/// Whether flyctl says nothing of an error of the server: the exit code is 0, and there is no secret.
pub(super) fn swallows(command: &str) -> bool {
    command == "consul attach"
}

/// flyctl internal/command/consul/attach.go: sets the secret without staging it, a second time too.
pub(super) fn attach(cx: &mut Cx<'_>) -> Outcome {
    let app = cx.app_name()?;
    let (variable, now) = (variable(cx), cx.state.tick());
    let url = format!("https://:{}@consul-iad.fly-shared.net/{app}/", fake_secret("consul", &app));
    cx.app_mut(&app).set_secret(&variable, url.as_bytes(), now);
    deploy::restart(cx, &app);
    Ok(())
}

/// flyctl internal/command/consul/detach.go: takes the secret away, and restarts.
pub(super) fn detach(cx: &mut Cx<'_>) -> Outcome {
    let app = cx.app_name()?;
    let variable = variable(cx);
    if cx.app_mut(&app).secrets.remove(&variable).is_some() {
        deploy::restart(cx, &app);
    }
    Ok(())
}
