//! What can be said to the commands that show an architecture, and judge nothing: `cost` and `graph`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

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
    /// A table
    Text,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
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
