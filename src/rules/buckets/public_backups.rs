use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a bucket whose name speaks of backups or other private things is not public.
    ///
    /// ## Why
    ///
    /// In a public bucket everybody may read every file whose name he knows or guesses, and names of backups are easily
    /// guessed: they are dates. The flag is mostly copied from the bucket beside it, which holds images. What search
    /// engines and bots have read cannot be called back.
    ///
    /// A bucket is meant by its key or its name: `backups`, `dumps`, `private`, `invoices`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { BACKUPS = "bucket.backups" }
    ///
    /// [bucket.backups]
    /// public = true
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { BACKUPS = "bucket.backups" }
    ///
    /// [bucket.backups]
    /// public = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, tigris/index
    static RULE = {
        name: "public-backups",
        code: "FA562",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

const PRIVATE: [&str; 12] = [
    "backup",
    "backups",
    "dump",
    "dumps",
    "private",
    "secret",
    "secrets",
    "invoice",
    "invoices",
    "snapshot",
    "snapshots",
    "litestream",
];

fn check(model: &Model, cx: &mut Cx<'_>) {
    for bucket in model.buckets.iter().filter(|bucket| bucket.public.value) {
        let mut words = bucket.key.split('-').chain(bucket.name.split('-'));
        let Some(word) = words.find(|word| PRIVATE.contains(word)) else { continue };
        let at = bucket.public;
        let fix = cx.unsafe_fix("let only the app read it", Some(cx.edits().replace(at.range(), "false")));
        cx.report(at.origin, format!("everybody may read `{}`", bucket.name.value))
            .label(format!("public, and called {word}"))
            .help("write `public = false`, or give it a name that says what the public may see")
            .fix(fix);
    }
}
