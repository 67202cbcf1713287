//! `flyarch fmt`

use std::io;
use std::path::Path;

use super::args::{Fmt, Show};
use super::edit::{difference, replace};
use super::input::{self, Input, Language};
use super::walk::{self, Found, Target};
use super::{CLEAN, FINDINGS, Failure, INPUT, Stream, print, say, show};
use crate::diag::form::count;
use crate::diag::{Diagnostics, Report, Severity};
use crate::fly_toml;
use crate::render::GENERATED;
use crate::source::{FileId, Source};

pub(super) fn run(args: &Fmt) -> Result<i32, Failure> {
    let Found { targets, mut unread, .. } = match args.paths.as_slice() {
        [] => Found { targets: vec![Target { path: find()?, found: false }], ..Found::default() },
        paths => walk::targets(paths, walk::fly_toml)?,
    };
    let mut report = Report::default();
    let (mut stale, mut written) = (0, 0);
    for Target { path, found } in targets {
        let source = match input::read(&path, &args.stdin_filename) {
            Ok(Input::Text(source)) => source,
            Ok(Input::Refused(refused)) => {
                report.append(refused);
                continue;
            }
            Err(failure) => {
                say(format_args!("error: {}", failure.message));
                unread = true;
                continue;
            }
        };
        // In folders what cannot be formatted is passed over in silence.
        let toml = fly_toml::Format::of(source.name()) == fly_toml::Format::Toml;
        if found && !toml || (found || args.skip_generated) && source.text().starts_with(GENERATED) {
            continue;
        }
        if Language::of(&source) == Language::Spec {
            say(format_args!("{} is a spec, and left as it is", source.name()));
            continue;
        }
        let mut diagnostics = Diagnostics::default();
        let text = fly_toml::format(&source, FileId(0), &mut diagnostics);
        let Ok(text) = text else {
            // Warnings are for `flyarch lint`.
            let errors = diagnostics.finish().into_iter().filter(|d| d.severity == Severity::Error).collect();
            let file = report.sources.add(source);
            report.find(file, errors);
            continue;
        };
        let stdin = path == Path::new("-");
        let changes = text != source.text();
        if args.check || args.diff {
            if changes {
                stale += 1;
                let new = Source::new(source.name(), text);
                print(&mut io::stdout().lock(), |out| difference(&source, &new, out))?;
            }
        } else if stdin {
            print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
        } else if changes {
            replace(&path, &text)?;
            written += 1;
        }
    }
    let files = |number: usize| count(number, "file");
    if written > 0 {
        say(format_args!("formatted {}", files(written)));
    }
    if args.check && stale > 0 {
        say(format_args!("{} would be formatted", files(stale)));
    }
    let how = Show::full(args.color);
    // The formatted text may be on standard output.
    let code = show(&report, &how, Stream::Err)?;
    Ok(match code {
        _ if unread => INPUT,
        CLEAN if args.check && stale > 0 => FINDINGS,
        code => code,
    })
}

fn find() -> Result<std::path::PathBuf, Failure> {
    input::upwards(&["fly.toml"])?.ok_or_else(|| {
        Failure::input(
            "no fly.toml here or in a folder above, up to the repository; give the path of a file or a folder",
        )
    })
}
