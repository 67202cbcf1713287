//! What can be said to the commands that show an architecture, and judge nothing: `cost`, `diff`, `graph`, `plan`,
//! `review` and `simulate`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::FailLevel;

/// Say what an architecture costs a month, item by item: a floor and a ceiling
///
/// The floor has everything stopped that may stop, the ceiling everything on. Prices have a date, and what nobody knows
/// is shown as unknown, never as nothing: docs/cost.md says how each is counted.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Cost {
    /// The spec; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(in crate::cli) spec: Option<PathBuf>,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) env: Option<String>,

    /// A file that says what no spec does: traffic, requests, what is stored
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) usage: Option<PathBuf>,

    /// A file of prices that come before those that are known
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) prices: Option<PathBuf>,

    /// How it is shown
    #[arg(long, value_enum, default_value_t = CostFormat::Text)]
    pub(in crate::cli) format: CostFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CostFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
}

/// Say what the change of a spec does to what runs: what is restarted, replaced, unreachable, lost, and what it costs
///
/// Compares what two specs mean, so that a comment or another order is no change. Each change is classed by what comes
/// of it when the new setup.sh runs; docs/diff.md has the table. A folder that `flyarch build` made stands for the spec
/// that it was built from.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Diff {
    /// The old spec or output folder and the new one; with --git the new spec alone [default: spec.toml or
    /// flyarch.toml, here or in a folder above]
    #[arg(value_name = "SPEC", num_args = 0..=2)]
    pub(in crate::cli) specs: Vec<PathBuf>,

    /// Take the old spec from this revision of the repository, with what it includes
    #[arg(long, value_name = "REV")]
    pub(in crate::cli) git: Option<String>,

    /// One environment of the specs [default: all that both have]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) env: Option<String>,

    /// Show also how the rendered files differ
    #[arg(long)]
    pub(in crate::cli) files: bool,

    /// Exit with 1 when anything differs that has an effect
    #[arg(long)]
    pub(in crate::cli) exit_code: bool,

    /// Exit with 1 when a change is of this class or a worse one
    #[arg(long, value_enum, value_name = "CLASS")]
    pub(in crate::cli) fail_on: Option<ClassName>,

    /// How it is shown
    #[arg(long, value_enum, default_value_t = CostFormat::Text)]
    pub(in crate::cli) format: CostFormat,
}

/// Say in one page of Markdown what a change of a spec does, for a comment on a pull request
///
/// Compares the spec with that of a revision of its repository, as `flyarch diff` does, and adds the findings of
/// `flyarch lint`, the table of `flyarch cost` and the picture of `flyarch graph`. The page is bounded: it fits into one
/// comment. Exits as `flyarch lint` does; the page is printed all the same.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Review {
    /// The spec [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(in crate::cli) spec: Option<PathBuf>,

    /// The revision to compare with, such as main
    #[arg(long, value_name = "REV")]
    pub(in crate::cli) git: String,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) env: Option<String>,

    /// From which severity on the exit code is 1 [default: error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(in crate::cli) fail_level: Option<FailLevel>,

    /// The date by which waivers end, as YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", hide = true)]
    pub(in crate::cli) today: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ClassName {
    /// Something is added beside what runs
    InPlace,
    /// It costs something else
    Cost,
    /// Machines are updated, a part at a time
    RollingRestart,
    /// An address or a name is another
    Address,
    /// Who may reach what is another
    Security,
    /// Something else takes its place
    Replacement,
    /// For a time nothing answers
    Downtime,
    /// Data goes, or what runs no longer has it
    DataLoss,
}

/// Draw an architecture: who may reach what, where it runs, who uses which data and gets which secret
#[derive(Debug, Parser)]
pub(in crate::cli) struct Graph {
    /// The spec; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(in crate::cli) spec: Option<PathBuf>,

    /// One environment of the spec [default: the first one]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) env: Option<String>,

    /// What it is drawn as [default: mermaid, or what the name of the output ends with]
    #[arg(long, value_enum)]
    pub(in crate::cli) format: Option<GraphFormat>,

    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,

    /// Write it into a Markdown file, between `<!-- flyarch:graph -->` and `<!-- /flyarch:graph -->`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "format"])]
    pub(in crate::cli) inject: Option<PathBuf>,

    /// Write nothing; exit with 1 when the file is stale
    #[arg(long)]
    pub(in crate::cli) check: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    /// Text that GitHub, GitLab and others draw
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
}

/// Say what is left of an architecture when a region or a host is lost, and the smallest change that survives it
///
/// Nothing is run: what the spec declares is compared with what is known of Fly.io. Without a choice it shows every region
/// of the spec and the loss of one host. docs/simulate.md says what is counted. To run the set-up script against a
/// simulated Fly.io, see `flyarch sim`.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Simulate {
    /// The spec; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(in crate::cli) spec: Option<PathBuf>,

    /// A region fails, without notice; several times: each by itself
    #[arg(long, value_name = "REGION")]
    pub(in crate::cli) lose_region: Vec<String>,

    /// One host fails, wherever that hurts most
    #[arg(long)]
    pub(in crate::cli) lose_host: bool,

    /// Fly.io gives up a region, with notice: what names it, and how everything moves
    #[arg(long, value_name = "REGION")]
    pub(in crate::cli) retire: Vec<String>,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) env: Option<String>,

    /// Exit with 1 when something does not go on as a whole
    #[arg(long)]
    pub(in crate::cli) exit_code: bool,

    /// How it is shown
    #[arg(long, value_enum, default_value_t = CostFormat::Text)]
    pub(in crate::cli) format: CostFormat,
}

/// Compare a spec with what runs: what differs, what the next deploy overwrites, what nobody declared
///
/// Needs no token: --collect prints a script that dumps what runs, and --live compares the dumps. Nothing is changed
/// anywhere. What was not dumped is said to be unknown, and never taken for equal: docs/plan.md has the classes.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Plan {
    /// The spec; `-` is standard input [default: spec.toml or flyarch.toml, here or in a folder above]
    pub(in crate::cli) spec: Option<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) from: PlanFrom,

    /// One environment of the spec [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) env: Option<String>,

    /// Exit with 1 when anything differs or is not known
    #[arg(long, conflicts_with = "collect")]
    pub(in crate::cli) exit_code: bool,

    /// How it is shown
    #[arg(long, value_enum, default_value_t = CostFormat::Text, conflicts_with = "collect")]
    pub(in crate::cli) format: CostFormat,
}

/// Where it is known from what runs.
#[derive(Debug, Parser)]
#[group(required = true, multiple = false)]
pub(in crate::cli) struct PlanFrom {
    /// A folder with dumps of what runs, as the script of --collect makes it
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) live: Option<PathBuf>,

    /// Run `fly` to see what runs; only with commands that read
    #[arg(long)]
    pub(in crate::cli) fly: bool,

    /// Print a script that makes the dumps for --live; it only reads
    #[arg(long)]
    pub(in crate::cli) collect: bool,
}
