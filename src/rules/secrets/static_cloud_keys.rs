use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that an app which calls AWS does so with a role, not with keys for good.
    ///
    /// ## Why
    ///
    /// Machines of Fly.io can prove who they are: they get an OpenID Connect token, which AWS takes for a role. Keys
    /// that stand in secrets have no end, are copied to computers of developers, and are the same in all machines; a
    /// role's credentials live for an hour and belong to one machine.
    ///
    /// The rule speaks of apps with `AWS_ACCESS_KEY_ID` among their secrets and a region of AWS in their variables.
    /// Keys for Tigris and other stores that speak the language of S3 have an endpoint, and nothing is said of them.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// secrets = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    /// env = { AWS_REGION = "us-east-1" }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// env = { AWS_REGION = "us-east-1", AWS_ROLE_ARN = "arn:aws:iam::123456789012:role/web" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, security/openid-connect
    /// - AWS, IAM: OpenID Connect identity providers
    static RULE = {
        name: "static-cloud-keys",
        code: "FA652",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(key) = app.secrets.iter().find(|secret| secret.name.as_str() == "AWS_ACCESS_KEY_ID") else { return };
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(|name| app.toml.env.get(name));
    let Some((_, region)) = region.filter(|(_, region)| is_region(region.as_str())) else { return };
    let env = app.toml.env.iter().map(|(name, _)| name.as_str());
    let names = env.chain(app.secrets.iter().map(|secret| secret.name.as_str()));
    if { names }.any(|name| name.contains("ENDPOINT")) {
        return;
    }
    cx.report(key.name.origin, format!("`{}` calls AWS with keys that never end", app.name.value))
        .label("a key for good")
        .related(region.origin, "a region of AWS")
        .help("let AWS trust the organisation's OpenID Connect tokens, and write the role into `AWS_ROLE_ARN`");
}

/// Whether a text is the name of a region of AWS, such as `us-east-1`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let area = parts.next().is_some_and(|area| area.len() == 2 && area.bytes().all(|b| b.is_ascii_lowercase()));
    let last =
        text.rsplit('-').next().is_some_and(|number| number.len() == 1 && number.bytes().all(|b| b.is_ascii_digit()));
    area && last && text.matches('-').count() >= 2
}
