//! `flyarch resolve`: a spec with its templates and an environment merged.

use std::io;

use super::args::Resolve;
use super::{CLEAN, Failure, Stream, include, input, print, show};
use crate::diag::{Diagnostics, Report, located};
use crate::{resolve, syntax};

pub(super) fn run(args: &Resolve) -> Result<i32, Failure> {
    let path = input::find(args.spec.as_deref())?;
    let spec = match include::read(&path)? {
        Ok(spec) => spec,
        Err(report) => return show(&report, &args.show, Stream::Err),
    };
    let (file, source) = (spec.file, spec.source());
    let environments = input::environments(source, args.env.as_deref())?;
    let mut texts = Vec::new();
    let mut diagnostics = Diagnostics::default();
    for environment in environments {
        let root = syntax::parse(source, file, &mut diagnostics).map(syntax::Tree::into_document);
        let root = root.and_then(|root| resolve::resolve(root, environment.as_deref(), file, &mut diagnostics).ok());
        let Some(root) = root else { break };
        let heading = environment.map(|name| format!("# Environment: {name}\n\n")).unwrap_or_default();
        texts.push(heading + &resolve::print(root.get_ref(), source));
    }
    let diagnostics = located(diagnostics.finish(), file, source);
    let report = Report { sources: spec.sources, diagnostics };
    if !report.diagnostics.is_empty() {
        return show(&report, &args.show, Stream::Err);
    }
    print(&mut io::stdout().lock(), |out| write!(out, "{}", texts.join("\n")))?;
    Ok(CLEAN)
}
