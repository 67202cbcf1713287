//! What can be said on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Compiles one typed spec.toml into the fly.toml files and the set-up script of a Fly.io architecture.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, disable_help_subcommand = true, max_term_width = 80, after_help = EXIT_CODES)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above the fail level
  1  findings, stale output, differences
  2  wrong usage or configuration
  3  input that cannot be read, is no TOML, or is not there; or output that
     cannot be written
  4  a mistake of flyarch itself";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Build(Build),
    Lint(Lint),
    Explain(Explain),
    Rules(Rules),
    Schema(Schema),
    /// List what is known of the platform, with sources and dates
    Facts,
    #[command(name = "stand-in-fly", hide = true)]
    StandIn(StandIn),
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

/// Check specs, and write nothing
#[derive(Debug, Parser)]
pub(super) struct Lint {
    /// The specs; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(super) specs: Vec<PathBuf>,

    /// The name that findings in standard input are shown with
    #[arg(long, value_name = "NAME", default_value = "spec.toml")]
    pub(super) stdin_filename: String,

    /// Apply the fixes that mean what was meant
    #[arg(long)]
    pub(super) fix: bool,

    /// Apply also the fixes that choose a value for you
    #[arg(long)]
    pub(super) unsafe_fixes: bool,

    /// Show what the fixes would change, and change nothing
    #[arg(long)]
    pub(super) diff: bool,

    #[command(flatten)]
    pub(super) show: Show,
}

/// How findings are shown.
#[derive(Debug, Parser)]
pub(super) struct Show {
    /// How findings are shown
    #[arg(long, value_enum, default_value_t = OutputFormat::Full)]
    pub(super) format: OutputFormat,

    /// From which severity on the exit code is 1
    #[arg(long, value_enum, default_value_t = FailLevel::Error, value_name = "LEVEL")]
    pub(super) fail_level: FailLevel,

    /// Whether to use colours; `auto` looks at the terminal, `NO_COLOR` and `FORCE_COLOR`
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,

    /// The date by which waivers end, as YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", hide = true)]
    pub(super) today: Option<String>,
}

/// Say what a rule is about, why, and how to do better
#[derive(Debug, Parser)]
pub(super) struct Explain {
    /// The name or the code of a rule, such as multi-region
    pub(super) rule: String,
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
    /// With an excerpt of the spec
    Full,
    /// One line each
    Concise,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    /// A table
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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
