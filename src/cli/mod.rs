//! The command line: the end that reads arguments, files and the environment, and the only place that prints.
//!
//! Findings and generated text go to standard output, everything else to standard error. The exit codes are part of
//! the interface (README.md); users' scripts rely on them.
#![expect(clippy::disallowed_methods, reason = "this is the end that reads and prints")]

mod args;
mod baseline;
mod behaviour;
mod build;
mod built;
mod catalog;
mod config;
mod cost;
mod diff;
mod edit;
mod fill;
mod fly;
mod form;
mod format;
mod git;
mod graph;
mod ignores;
mod import;
mod include;
mod init;
mod input;
mod lint;
mod live;
mod lsp;
mod near;
mod place;
mod plan;
mod resolve;
mod review;
mod setup;
mod sim;
mod simulate;
mod stand_in;
mod statistics;
mod summary;
mod walk;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, IsTerminal as _, Write};

use clap::Parser as _;

use crate::diag::emit::{Display, Format, emit, plain_lines};
use crate::diag::{Report, Severity};
use crate::fly_toml::{JSON_SYNTAX, YAML_SYNTAX};
use crate::syntax::SYNTAX;
use args::{Args, Color, Command, FailLevel, OutputFormat, Show};
pub use form::pages as form_pages;

/// Nothing at or above the fail level.
const CLEAN: i32 = 0;
/// Findings, stale output, differences.
const FINDINGS: i32 = 1;
/// Wrong usage or configuration.
const USAGE: i32 = 2;
/// Input that cannot be read, is no TOML, or is not there; or output that cannot be written.
const INPUT: i32 = 3;
/// A mistake of flyarch itself.
const BUG: i32 = 4;

/// Why a command ended without doing its work: a message for standard error, and the exit code.
struct Failure {
    message: String,
    code: i32,
}

impl Failure {
    fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: USAGE }
    }

    fn input(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: INPUT }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::input(format!("cannot write the output: {error}"))
    }
}

/// Prints with `print`. A reader that has seen enough, such as `head`, is no failure, and changes nothing of the rest.
fn print(to: &mut dyn Write, print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(to);
    let result = print(&mut out).and_then(|()| out.flush());
    // What is left in the buffer after a failure would be tried again.
    drop(out.into_parts());
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says something on standard error, which nobody may be reading. Names of files are in it, which anybody may have given.
fn say(text: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{}", plain_lines(&text.to_string()));
}

/// Runs the program with these arguments, and returns its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> i32 {
    std::panic::set_hook(Box::new(|panic| {
        say(format_args!("flyarch has made a mistake of its own: {panic}"));
        say("Please report it with the spec, or the part of it that brings this about.");
        // With `panic = "abort"` this is the only way to an exit code.
        std::process::exit(BUG);
    }));
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = stand_in::by_name(&args) {
        return code;
    }
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // Help and the version are no errors.
            let _ = error.print();
            return if error.use_stderr() { USAGE } else { CLEAN };
        }
    };
    let result = match args.command {
        Command::Init(init) => init::run(&init),
        Command::Build(build) => build::run(&build),
        Command::Lint(lint) => lint::run(&lint),
        Command::Fmt(fmt) => format::run(&fmt),
        Command::Import(import) => import::run(&import),
        Command::Resolve(args) => resolve::run(&args),
        Command::Cost(cost) => cost::run(&cost),
        Command::Diff(diff) => diff::run(&diff),
        Command::Review(review) => review::run(&review),
        Command::Plan(plan) => plan::run(&plan),
        Command::Graph(graph) => graph::run(&graph),
        Command::Explain(explain) => catalog::explain(&explain),
        Command::Lsp(_) => lsp::run(),
        Command::Rules(rules) => catalog::rules(&rules),
        Command::Schema(schema) => catalog::schema(&schema),
        Command::Facts => catalog::facts(),
        Command::Simulate(simulate) => simulate::run(&simulate),
        Command::Sim(sim) => sim::run(&sim),
        Command::Completions(args) => setup::completions(&args),
        Command::Man(args) => setup::man(&args),
        Command::StandIn(stand_in) => stand_in::run(&stand_in),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            say(format_args!("error: {}", failure.message));
            failure.code
        }
    }
}

/// Where findings are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    /// Standard output is taken.
    Err,
}

/// Shows why what was asked for cannot be: standard output is for what was asked for.
fn refused(report: &Report) -> Result<i32, Failure> {
    show(report, &Show::full(Color::Auto), Stream::Err)
}

/// Shows a report, and says which exit code it means.
fn show(report: &Report, how: &Show, stream: Stream) -> Result<i32, Failure> {
    let format = match how.format {
        OutputFormat::Full => Format::Full,
        OutputFormat::Concise => Format::Concise,
        OutputFormat::Json => Format::Json,
        OutputFormat::Sarif => Format::Sarif,
        OutputFormat::Github => Format::Github,
        OutputFormat::Gitlab => Format::Gitlab,
        OutputFormat::Junit => Format::Junit,
        OutputFormat::Markdown => Format::Markdown,
    };
    if !report.diagnostics.is_empty() || format.is_document() {
        let display = Display { color: colors(how.color, stream), width: fill::WIDTH, about: catalog::about };
        let (mut out, mut err);
        let to: &mut dyn Write = if stream == Stream::Out {
            out = io::stdout().lock();
            &mut out
        } else {
            err = io::stderr().lock();
            &mut err
        };
        print(to, |out| emit(report, format, display, out))?;
    }
    if format == Format::Github {
        summary::append(report);
    }
    Ok(exit_code(report, how.fail_level))
}

fn exit_code(report: &Report, fail_level: Option<FailLevel>) -> i32 {
    let unreadable = [SYNTAX, JSON_SYNTAX, YAML_SYNTAX, input::NOT_UTF8, input::TOO_LARGE];
    if report.diagnostics.iter().any(|d| unreadable.contains(&d.rule)) {
        return INPUT;
    }
    let bad = match fail_level.unwrap_or(FailLevel::Error) {
        FailLevel::Error => report.count(Severity::Error),
        FailLevel::Warning => report.count(Severity::Error) + report.count(Severity::Warning),
    };
    if bad > 0 { FINDINGS } else { CLEAN }
}

/// Whether colours reach the reader: what is asked for wins over what is seen.
fn colors(choice: Color, stream: Stream) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let terminal = || match stream {
        Stream::Out => io::stdout().is_terminal(),
        Stream::Err => io::stderr().is_terminal(),
    };
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
        Color::Auto => terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}
