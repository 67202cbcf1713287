//! The summary of a job of GitHub Actions, beside its annotations: of those only the first are shown.

use std::fs::OpenOptions;
use std::io::{self, Write as _};

use super::say;
use crate::diag::Report;
use crate::diag::emit::{Display, Format, emit};

/// Appends the findings to the file that `GITHUB_STEP_SUMMARY` names, if it does.
pub(super) fn append(report: &Report) {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return };
    let mut text = Vec::new();
    let written: io::Result<()> = emit(report, Format::Markdown, Display::default(), &mut text)
        .and_then(|()| OpenOptions::new().append(true).create(true).open(path)?.write_all(&text));
    // The findings have been shown, and what they mean for the job does not depend on this.
    if let Err(error) = written {
        say(format_args!("note: the job summary cannot be written: {error}"));
    }
}
