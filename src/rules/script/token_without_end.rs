use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that tokens which scripts make come to an end.
    ///
    /// ## Why
    ///
    /// flyctl makes tokens that are valid for twenty years unless it is told otherwise, and examples use `999999h`. A token that
    /// leaked from a log or an old laptop then opens the app until somebody thinks of revoking it.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- deploy.sh
    /// #!/bin/sh
    /// fly tokens create deploy -a my-web
    /// ```
    ///
    /// ```toml,files,good
    /// # --- deploy.sh
    /// #!/bin/sh
    /// fly tokens create deploy -a my-web --expiry 720h
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, security/tokens
    /// - flyctl, internal/command/tokens/create.go
    static RULE = {
        name: "token-without-end",
        code: "FA823",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

/// In hours.
const YEAR: u32 = 366 * 24;

fn check(model: &Model, cx: &mut Cx<'_>) {
    for command in &model.beside.commands {
        if cx.is_page(command.file) {
            continue;
        }

        if !command.is(&["tokens", "create"]) || command.words.len() < 4 {
            continue;
        }
        let expiry = command.flag(&["--expiry", "-x"]);
        let hours = expiry.and_then(|expiry| expiry.strip_suffix('h')).and_then(|hours| hours.parse::<u32>().ok());
        let message = match (expiry, hours) {
            (None, _) => "this token is valid for twenty years",
            (_, Some(hours)) if hours > YEAR => "this token is valid for more than a year",
            _ => continue,
        };
        cx.within(command.file)
            .report(Origin::written(command.range), message)
            .help("let it end, and make the next in time: `--expiry 720h`");
    }
    cx.back();
}
