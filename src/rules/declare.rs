//! What a rule is.

use super::Cx;
use crate::diag::RuleId;
use crate::model::{App, Model};
use crate::plan::Plan;
use crate::spec::{Level, Tier};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name and code.
    pub id: RuleId,
    /// What it is about.
    pub group: Group,
    /// What its findings do, by tier.
    pub levels: Levels,
    /// What it needs to know.
    pub needs: Needs,
    /// The version of flyarch that brought it.
    pub since: &'static str,
    /// Whether its findings come with a fix.
    pub fix: FixAvailability,
    /// Whether an app may waive it. What flyctl or Fly.io refuse, no reason makes acceptable.
    pub waivable: bool,
    /// Its documentation, in Markdown: what it checks for, why, examples, sources.
    pub docs: &'static str,
    /// The file that it is in.
    pub file: &'static str,
    /// The check.
    pub check: Check,
}

impl Rule {
    /// What part of an architecture it is about: the folder that it is in.
    pub fn topic(&self) -> &'static str {
        self.file.rsplit(['/', '\\']).nth(1).unwrap_or("")
    }

    /// What it checks: the first paragraph of its documentation, on one line.
    pub fn summary(&self) -> String {
        let lines = self.docs.lines().map(str::trim).take_while(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join(" ")
    }

    /// Its documentation as a page: whether an example is a bad one stands above it, and not in its fence.
    pub fn page(&self) -> String {
        let mut out = String::new();
        for line in self.docs.lines() {
            // Doc comments begin with a blank.
            let line = line.strip_prefix(' ').unwrap_or(line);
            let Some(kind) = line.strip_prefix("```toml,") else {
                out.extend([line, "\n"]);
                continue;
            };
            let words = match kind {
                "bad" => "Bad:",
                "good" => "Good:",
                "files,bad" => "Bad, as plain files:",
                "files,good" => "Good, as plain files:",
                other => other,
            };
            out.extend([words, "\n\n```toml\n"]);
        }
        out
    }
}

/// What a rule needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A fly.toml: it runs on plain files as well. What it could do with more, it does on specs alone.
    FlyToml,
    /// What only a spec says: where machines run, what an app uses, who may reach it, the data services.
    Architecture,
}

impl Needs {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FlyToml => "fly.toml",
            Self::Architecture => "spec",
        }
    }
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// It does not work, or not as it says.
    Correctness,
    /// It lets in whom it should not.
    Security,
    /// It loses requests or data.
    Reliability,
    /// It costs more than it must.
    Cost,
    /// It leaves readers to guess.
    Style,
}

impl Group {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Security => "security",
            Self::Reliability => "reliability",
            Self::Cost => "cost",
            Self::Style => "style",
        }
    }
}

/// What findings do, by tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels {
    /// In production.
    pub production: Level,
    /// In staging.
    pub staging: Level,
    /// In development.
    pub development: Level,
}

impl Levels {
    /// The same everywhere: what is wrong in any tier.
    pub const fn always(level: Level) -> Self {
        Self { production: level, staging: level, development: level }
    }

    /// An error in production, a warning in staging, nothing in development: what real users would suffer.
    pub const RELIABILITY: Self = Self { production: Level::Error, staging: Level::Warn, development: Level::Allow };

    /// A warning in production and staging: what a careful team does.
    pub const ADVICE: Self = Self { production: Level::Warn, staging: Level::Warn, development: Level::Allow };

    /// An error in production, nothing elsewhere: what is a fair economy until there are users.
    pub const PRODUCTION: Self = Self { production: Level::Error, staging: Level::Allow, development: Level::Allow };

    /// The level in a tier.
    pub fn of(self, tier: Tier) -> Level {
        match tier {
            Tier::Production => self.production,
            Tier::Staging => self.staging,
            Tier::Development => self.development,
        }
    }
}

/// Whether findings come with a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixAvailability {
    /// Never.
    None,
    /// Where the text has a shape that can be mended.
    Sometimes,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// One app at a time.
    App(fn(&App, &mut Cx<'_>)),
    /// One app at a time, and then what is in no app.
    Both(fn(&App, &mut Cx<'_>), fn(&Model, &mut Cx<'_>)),
    /// The architecture as a whole.
    Model(fn(&Model, &mut Cx<'_>)),
    /// The steps and their commands.
    Plan(fn(&Plan, &mut Cx<'_>)),
}

/// Declares the `RULE` of a file. The doc comment becomes the documentation that users read.
macro_rules! declare_rule {
    (
        $(#[doc = $doc:expr])+
        static RULE = {
            name: $name:literal,
            code: $code:literal,
            group: $group:expr,
            levels: $levels:expr,
            needs: $needs:expr,
            since: $since:literal,
            fix: $fix:expr,
            waivable: $waivable:expr,
            check: $check:expr $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        pub(in crate::rules) static RULE: $crate::rules::Rule = $crate::rules::Rule {
            id: $crate::diag::RuleId { name: $name, code: $code },
            group: $group,
            levels: $levels,
            needs: $needs,
            since: $since,
            fix: $fix,
            waivable: $waivable,
            docs: concat!($($doc, "\n"),+),
            file: file!(),
            check: $check,
        };
    };
}
