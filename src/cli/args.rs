//! What can be said on the command line.

mod setup;
mod views;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub(super) use setup::{Completions, Lsp, Man, Shell};
pub(super) use views::{ClassName, Cost, CostFormat, Diff, Graph, GraphFormat, Plan, Review, Simulate};

/// Compiles one typed spec.toml into the fly.toml files and the set-up script of a Fly.io architecture.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, disable_help_subcommand = true, max_term_width = 80, after_help = EXIT_CODES)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above the fail level
  1  findings, stale output, differences
  2  wrong usage or configuration
  3  input that cannot be read, is no TOML, or is not there; or output that
     cannot be written
  4  a mistake of flyarch itself";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(Init),
    Build(Build),
    Lint(Lint),
    Fmt(Fmt),
    Import(Import),
    Resolve(Resolve),
    Cost(Cost),
    Diff(Diff),
    Review(Review),
    Plan(Plan),
    Graph(Graph),
    Explain(Explain),
    Lsp(Lsp),
    Rules(Rules),
    Schema(Schema),
    /// List what is known of the platform, with sources and dates
    Facts,
    Simulate(Simulate),
    Sim(Sim),
    Completions(Completions),
    Man(Man),
    #[command(name = "stand-in-fly", hide = true)]
    StandIn(StandIn),
}

/// Write a spec to begin with, from what lies in a folder or from a known architecture
///
/// Reads Dockerfiles, compose files, manifests of languages, a Procfile and the names in .env.example. Where there are
/// fly.toml files it does what `flyarch import` does. It asks nothing, writes one file, and overwrites none.
#[derive(Debug, Parser)]
pub(super) struct Init {
    /// The folder [default: this one]
    pub(super) folder: Option<PathBuf>,

    /// Begin with one of the architectures of --list
    #[arg(long, value_name = "ARCHITECTURE")]
    pub(super) from: Option<String>,

    /// List the architectures to begin with
    #[arg(long, conflicts_with_all = ["from", "folder"])]
    pub(super) list: bool,

    /// The name of the architecture [default: that of a manifest or of the folder]
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,

    /// The slug of the organisation
    #[arg(long, value_name = "SLUG")]
    pub(super) org: Option<String>,

    /// The first region
    #[arg(long, value_name = "CODE", conflicts_with = "from")]
    pub(super) region: Option<String>,

    /// The spec to write; `-` prints it [default: spec.toml in the folder]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Whether to use colours; `auto` looks at the terminal, `NO_COLOR` and `FORCE_COLOR`
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
}

/// Check a spec and write its fly.toml files, set-up script and documents
///
/// An error writes nothing at all; warnings are shown and the files are written. A file that was edited by hand, or
/// that flyarch did not make, is never overwritten without --force.
#[derive(Debug, Parser)]
pub(super) struct Build {
    /// The spec; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(super) spec: Option<PathBuf>,

    /// The folder to write to; `-` prints all files in one stream
    #[arg(short, long, value_name = "DIR", default_value = "out")]
    pub(super) output: PathBuf,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,

    /// Build a preview of this name, such as pr-123, from [environment.preview], into the folder preview/NAME
    #[arg(long, value_name = "NAME", conflicts_with = "env")]
    pub(super) preview: Option<String>,

    /// Write only the files of one app, such as app.web
    #[arg(long, value_name = "APP")]
    pub(super) only: Option<String>,

    /// Write nothing; show the difference and exit with 1 when the folder is stale
    #[arg(long)]
    pub(super) check: bool,

    /// Write nothing; show what would change
    #[arg(long)]
    pub(super) diff: bool,

    /// Overwrite files that were edited by hand, or that flyarch did not make
    #[arg(long)]
    pub(super) force: bool,

    #[command(flatten)]
    pub(super) show: Show,
}

/// Check specs and plain fly.toml files, and write nothing
///
/// In folders spec.toml, flyarch.toml, fly.toml, fly.*.toml, fly.json and fly.yaml are looked at, but not what
/// .gitignore names and not what `flyarch build` wrote. Plain files that are given together are checked against each
/// other.
#[derive(Debug, Parser)]
pub(super) struct Lint {
    /// Files, folders and globs; `-` is standard input [default: a spec, here or in a folder above, or else a fly.toml]
    pub(super) paths: Vec<PathBuf>,

    /// The name of standard input, which also says what it is [default: what it looks like]
    #[arg(long, value_name = "NAME")]
    pub(super) stdin_filename: Option<String>,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,

    /// How strictly plain files are checked [default: by their names, such as fly.staging.toml]
    #[arg(long, value_enum)]
    pub(super) tier: Option<TierName>,

    /// Pass over what `flyarch build` wrote, also where it is given by name
    #[arg(long)]
    pub(super) skip_generated: bool,

    /// Apply the fixes that mean what was meant
    #[arg(long)]
    pub(super) fix: bool,

    /// Apply also the fixes that choose a value for you
    #[arg(long)]
    pub(super) unsafe_fixes: bool,

    /// Show what the fixes would change, and change nothing
    #[arg(long)]
    pub(super) diff: bool,

    /// Look for these rules alone: names, codes, groups such as security, topics such as volumes, or all
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(super) select: Vec<String>,

    /// Pass over these rules; what flyctl or Fly.io refuse cannot be
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,

    /// Count findings by rule, and show none
    #[arg(long)]
    pub(super) statistics: bool,

    /// Show only what is not in this file of known findings
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Write the file of known findings anew
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "unsafe_fixes", "diff", "add_ignores"])]
    pub(super) write_baseline: Option<PathBuf>,

    /// Waive what is found, for this reason: with comments in plain files, with `allow` in specs
    #[arg(long, value_name = "REASON", conflicts_with_all = ["fix", "unsafe_fixes"])]
    pub(super) add_ignores: Option<String>,

    /// The configuration [default: .flyarch.toml, here or in a folder above]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,

    /// Look for no configuration
    #[arg(long, conflicts_with = "config")]
    pub(super) no_config: bool,

    #[command(flatten)]
    pub(super) show: Show,
}

/// Format fly.toml files as flyctl writes them, and keep their comments
///
/// Specs are left alone.
#[derive(Debug, Parser)]
pub(super) struct Fmt {
    /// Files, folders and globs; `-` is standard input [default: a fly.toml, here or in a folder above]
    pub(super) paths: Vec<PathBuf>,

    /// The name that standard input is shown with
    #[arg(long, value_name = "NAME", default_value = "fly.toml")]
    pub(super) stdin_filename: String,

    /// Pass over what `flyarch build` wrote, also where it is given by name
    #[arg(long)]
    pub(super) skip_generated: bool,

    /// Write nothing; show what would change and exit with 1 if anything would
    #[arg(long)]
    pub(super) check: bool,

    /// Write nothing; show what would change
    #[arg(long)]
    pub(super) diff: bool,

    /// Whether to use colours; `auto` looks at the terminal, `NO_COLOR` and `FORCE_COLOR`
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
}

/// Make a spec of the fly.toml files that are there, and prove that it says the same
///
/// Files for several environments, such as fly.toml and fly.staging.toml, become one spec: what all have, and for each
/// environment the rest. What no fly.toml says, such as how many machines run where, is taken from dumps of flyctl's JSON
/// (--live), or left in the spec as a comment that begins with QUESTION.
///
/// The spec is built in memory, and every file that comes of it is compared with the one that it was imported from. On
/// any difference nothing is written, and the exit code is 1.
#[derive(Debug, Parser)]
pub(super) struct Import {
    /// Files, folders and globs [default: this folder]
    pub(super) paths: Vec<PathBuf>,

    /// The spec to write; `-` prints it
    #[arg(short, long, value_name = "FILE", default_value = "spec.toml")]
    pub(super) output: PathBuf,

    /// A folder with dumps of what runs, as the script of --collect makes it
    #[arg(long, value_name = "DIR")]
    pub(super) live: Option<PathBuf>,

    /// Print a script that makes the dumps for --live; it only reads
    #[arg(long, conflicts_with = "live")]
    pub(super) collect: bool,

    /// The slug of the organisation
    #[arg(long, value_name = "SLUG")]
    pub(super) org: Option<String>,

    /// The tier of the specs [default: by the names of files, such as fly.staging.toml]
    #[arg(long, value_enum)]
    pub(super) tier: Option<TierName>,

    /// Overwrite a spec that is there, and write one that does not give the files back
    #[arg(long)]
    pub(super) force: bool,

    /// Show also which defaults of the platform the built files state
    #[arg(short, long)]
    pub(super) verbose: bool,

    #[command(flatten)]
    pub(super) show: Show,
}

/// How findings are shown.
#[derive(Clone, Debug, Parser)]
pub(super) struct Show {
    /// How findings are shown
    #[arg(long, value_enum, default_value_t = OutputFormat::Full)]
    pub(super) format: OutputFormat,

    /// From which severity on the exit code is 1 [default: error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(super) fail_level: Option<FailLevel>,

    /// Whether to use colours; `auto` looks at the terminal, `NO_COLOR` and `FORCE_COLOR`
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,

    /// The date by which waivers end, as YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", hide = true)]
    pub(super) today: Option<String>,
}

impl Show {
    /// For people, where the command line says no more than whether there are colours.
    pub(super) fn full(color: Color) -> Self {
        Self { format: OutputFormat::Full, fail_level: None, color, today: None }
    }
}

/// Print a spec with its templates and an environment merged, and the line that each value is from
#[derive(Debug, Parser)]
pub(super) struct Resolve {
    /// The spec; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(super) spec: Option<PathBuf>,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,

    #[command(flatten)]
    pub(super) show: Show,
}

/// Say what a rule is about, why, and how to do better; or what an app will do
///
/// Of an app it tells, from the resolved spec: its machines after the first and after later deploys, what starts and
/// stops them, what gates a release, and what happens when nobody asks, when a process ends, during a deploy, and when a
/// host or a region is lost.
#[derive(Debug, Parser)]
pub(super) struct Explain {
    /// The name or the code of a rule; an app such as app.web; or a fly.toml
    pub(super) what: String,

    /// The spec of an app [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(super) spec: Option<PathBuf>,

    /// One environment of the spec [default: the first one]
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,

    /// How what an app does is told
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(super) format: ListFormat,

    /// Whether to use colours; `auto` looks at the terminal, `NO_COLOR` and `FORCE_COLOR`
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
}

/// List the rules
#[derive(Debug, Parser)]
pub(super) struct Rules {
    /// How they are listed
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub(super) format: ListFormat,
}

/// Print a JSON Schema: that of specs, for editors, or that of reports
#[derive(Debug, Parser)]
pub(super) struct Schema {
    /// What is described
    #[arg(value_enum, default_value_t = SchemaOf::Spec, value_name = "OF")]
    pub(super) of: SchemaOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// What stands in spec.toml
    Spec,
    /// What --format json prints
    Report,
}

/// Run the set-up script of a spec against a simulated Fly.io, and make things go wrong on the way
///
/// Builds the spec into a temporary folder and runs setup.sh from nothing until it changes nothing more. With --faults,
/// every call of fly goes wrong in every way that makes a difference, and the script is run again until it ends: it
/// must get to the same end, with nothing twice, nothing destroyed, and every secret as it was. Needs bash and jq.
/// Nothing leaves this machine: no token is read, and no command of the spec is run. What a lost region or host would take
/// with it, `flyarch simulate` says.
#[derive(Debug, Parser)]
pub(super) struct Sim {
    /// The spec; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(super) spec: Option<PathBuf>,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,

    /// What goes wrong: every fault at every call, or two in a row at random
    #[arg(long, value_enum, value_name = "WHICH")]
    pub(super) faults: Option<Faults>,

    /// The seed of what happens at random [default: another every time; it is printed]
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,

    /// How often something happens at random
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(super) runs: u32,

    #[command(flatten)]
    pub(super) show: Show,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Faults {
    /// Every fault at every call
    All,
    /// Two faults in a row, chosen at random
    Random,
}

/// Stand in for `fly`, with an account in a folder
#[derive(Debug, Parser)]
pub(super) struct StandIn {
    /// The folder of the account
    #[arg(long, value_name = "DIR")]
    pub(super) state: PathBuf,

    /// The words behind `fly`
    #[arg(last = true)]
    pub(super) argv: Vec<OsString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// With an excerpt of the source
    Full,
    /// One line each
    Concise,
    /// For programs
    Json,
    /// For code scanning, version 2.1.0
    Sarif,
    /// Annotations and a summary in GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// Test results, for other CI systems
    Junit,
    /// A comment on a pull request
    Markdown,
}

impl OutputFormat {
    /// Whether other text may follow on the same stream.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TierName {
    /// Real users
    Production,
    /// A rehearsal of production
    Staging,
    /// One person's
    Development,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailLevel {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
