//! What can be said to the commands that set up the program itself.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Print a script with which a shell completes the commands and options of flyarch
///
/// docs/install.md says where each shell looks for it.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(in crate::cli) shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "that is the name of a shell")]
pub(in crate::cli) enum Shell {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
    /// Elvish
    Elvish,
}

/// Print a page of the manual, or write all of them
///
/// The pages say what --help says. They hold no date: one version of flyarch writes the same bytes everywhere.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Man {
    /// The command that the page is about, such as build [default: flyarch itself]
    pub(in crate::cli) command: Option<String>,

    /// The folder to write all pages to, as flyarch.1, flyarch-build.1 and so on; older ones are overwritten
    #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// Serve an editor: findings while typing, what keys mean, completion, references, fixes
///
/// Speaks the Language Server Protocol on standard input and output, for specs and plain fly.toml files. An editor
/// starts it; docs/editor.md says how. Findings are those of `flyarch lint`, with its configuration.
#[derive(Debug, Parser)]
pub(in crate::cli) struct Lsp {
    /// Speak on standard input and output, as it does anyway: many editors say so
    #[arg(long)]
    pub(in crate::cli) stdio: bool,
}
