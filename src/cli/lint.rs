//! `flyarch lint`

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::Lint;
use super::input::{self, Input};
use super::{CLEAN, FINDINGS, Failure, INPUT, Stream, exit_code, print, say, show};
use crate::diag::{Applicability, Diagnostic, FileReport, Fix, Report, fix};
use crate::facts::{FACTS, scan_for_secrets};
use crate::source::Source;
use crate::{Options, check};

/// How often fixes are applied and the result is looked at again: a fix can make room for another.
const ROUNDS: usize = 10;

pub(super) fn run(args: &Lint) -> Result<i32, Failure> {
    let paths = match args.specs.as_slice() {
        [] => vec![input::find(None)?],
        paths => paths.to_vec(),
    };
    let stdin = Path::new("-");
    let fixing = args.fix || args.unsafe_fixes;
    if fixing && !args.diff && paths.iter().any(|path| path == stdin) {
        return Err(Failure::usage("standard input cannot be fixed in place: give a file, or --diff"));
    }
    let options = Options { today: Some(input::today(args.show.today.as_deref())?), ..Options::default() };
    paths.iter().try_for_each(|path| refuse_fly_toml(path))?;
    let mut report = Report::default();
    let (mut differs, mut unread) = (false, false);
    for path in &paths {
        let mut source = match input::read(path, &args.stdin_filename) {
            Ok(Input::Text(source)) => source,
            Ok(Input::Refused(refused)) => {
                report.append(refused);
                continue;
            }
            // The others are looked at all the same.
            Err(failure) => {
                say(format_args!("error: {}", failure.message));
                unread = true;
                continue;
            }
        };
        if fixing || args.diff {
            let (fixed, count) = mend(&source, &options, args.unsafe_fixes);
            if fixed.text() != source.text() {
                if args.diff {
                    print(&mut io::stdout().lock(), |out| difference(&source, &fixed, out))?;
                    differs = true;
                } else {
                    replace(path, fixed.text())?;
                    let plural = if count == 1 { "" } else { "s" };
                    say(format_args!("fixed {count} finding{plural} in {}", source.name()));
                    source = fixed;
                }
            }
        }
        let diagnostics = check(&source, &FACTS, &options).diagnostics;
        report.add(FileReport { source, diagnostics });
    }
    let code = if args.diff {
        // What cannot be read has no difference to show.
        match exit_code(&report, args.show.fail_level) {
            INPUT => show(&report, &args.show, Stream::Err)?,
            _ if differs => FINDINGS,
            _ => CLEAN,
        }
    } else {
        show(&report, &args.show, Stream::Out)?
    };
    Ok(if unread { INPUT } else { code })
}

/// Plain fly.toml files are another language; taking one for a spec would give a page of nonsense.
fn refuse_fly_toml(path: &Path) -> Result<(), Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    if name == "fly.toml" || (name.starts_with("fly.") && name.ends_with(".toml")) {
        return Err(Failure::usage(format!(
            "{} is a fly.toml: this version lints specs alone; paste it under [app.<key>] of a spec to check it",
            path.display()
        )));
    }
    Ok(())
}

/// The text after all fixes that may be applied, and how many they were.
fn mend(source: &Source, options: &Options, unsafe_too: bool) -> (Source, usize) {
    let mut current = source.clone();
    let mut count = 0;
    for _ in 0..ROUNDS {
        let diagnostics = check(&current, &FACTS, options).diagnostics;
        let wanted = |fix: &&Fix| unsafe_too || fix.applicability == Applicability::Safe;
        let fixes: Vec<&Fix> = diagnostics.iter().filter_map(|d: &Diagnostic| d.fix.as_ref()).filter(wanted).collect();
        let (text, applied) = fix::apply(&current, fixes);
        if applied == 0 || text == current.text() {
            break;
        }
        count += applied;
        current = Source::new(source.name(), text);
    }
    (current, count)
}

/// Shows what fixes would change. Values of secrets are masked: a fix may be about one.
fn difference(old: &Source, new: &Source, out: &mut dyn Write) -> io::Result<()> {
    let (old_text, new_text) = (masked(old.text()), masked(new.text()));
    let diff = similar::TextDiff::from_lines(&old_text, &new_text);
    write!(out, "{}", diff.unified_diff().context_radius(3).header(old.name(), old.name()))
}

fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in scan_for_secrets(&FACTS, text) {
        let range = range.to_usize();
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.extend(text[range.clone()].chars().map(|c| if c == '\n' { c } else { '•' }));
            at = range.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// Replaces a file by a new one beside it: a failure half-way leaves the old one whole.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::input(format!("cannot write {}: {error}", path.display()));
    // A link stays one: the file that it means is replaced.
    let target: PathBuf = fs::canonicalize(path).map_err(failed)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".flyarch-").tempfile_in(folder).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)?;
    let permissions = fs::metadata(&target).map_err(failed)?.permissions();
    fs::set_permissions(new.path(), permissions).map_err(failed)?;
    new.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}
