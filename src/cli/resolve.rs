//! `flyarch resolve`: a spec with its templates and an environment merged.

use std::io;

use super::args::Resolve;
use super::input::{self, Input};
use super::{CLEAN, Failure, Stream, print, show};
use crate::diag::{Diagnostics, Report};
use crate::{resolve, syntax};

pub(super) fn run(args: &Resolve) -> Result<i32, Failure> {
    let path = input::find(args.spec.as_deref())?;
    let source = match input::read(&path, "spec.toml")? {
        Input::Text(source) => source,
        Input::Refused(report) => return show(&report, &args.show, Stream::Err),
    };
    let environments = input::environments(&source, args.env.as_deref())?;
    let mut report = Report::default();
    let file = report.sources.add(source);
    let source = report.sources.get(file);
    let mut texts = Vec::new();
    let mut diagnostics = Diagnostics::default();
    for environment in environments {
        let root = syntax::parse(source, file, &mut diagnostics).map(syntax::Tree::into_document);
        let root = root.and_then(|root| resolve::resolve(root, environment.as_deref(), file, &mut diagnostics).ok());
        let Some(root) = root else { break };
        let heading = environment.map(|name| format!("# Environment: {name}\n\n")).unwrap_or_default();
        texts.push(heading + &resolve::print(root.get_ref(), source));
    }
    report.diagnostics = diagnostics.finish();
    if !report.diagnostics.is_empty() {
        return show(&report, &args.show, Stream::Err);
    }
    print(&mut io::stdout().lock(), |out| write!(out, "{}", texts.join("\n")))?;
    Ok(CLEAN)
}
