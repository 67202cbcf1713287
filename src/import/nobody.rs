//! Sections for process groups that an app does not have.
//!
//! flyctl refuses them in services and restart. Elsewhere it deploys the app, and the section is for nobody (flyctl
//! `internal/appconfig/processgroups.go`): a spec, where that is an error, goes without.

use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::fly_toml::FlyToml;
use crate::lower::UNKNOWN_GROUP;
use crate::source::{FileId, Span, TextRange};
use crate::value::{Name, Sourced};

/// Takes out of a configuration what is for nobody, says so, and returns the places: of sections, and of names in
/// lists of groups.
pub(super) fn leave_out(config: &mut FlyToml, file: FileId, diagnostics: &mut Diagnostics) -> Vec<TextRange> {
    let names: Vec<String> = config.processes.iter().map(|(name, _)| name.value.to_string()).collect();
    let mut groups = Groups { names, file, diagnostics, gone: Vec::new() };
    config.mounts.retain(|section| groups.keeps(&mut section.value.processes, section.origin.range));
    config.vm.retain(|section| groups.keeps(&mut section.value.processes, section.origin.range));
    config.metrics.retain(|section| groups.keeps(&mut section.value.processes, section.origin.range));
    config.files.retain_mut(|section| groups.keeps(&mut section.value.processes, section.origin.range));
    config.checks.retain(|_, section| groups.keeps(&mut section.value.processes, section.origin.range));
    groups.gone
}

struct Groups<'d> {
    names: Vec<String>,
    file: FileId,
    diagnostics: &'d mut Diagnostics,
    gone: Vec<TextRange>,
}

impl Groups<'_> {
    fn has(&self, name: &str) -> bool {
        if self.names.is_empty() { name == "app" } else { self.names.iter().any(|known| known == name) }
    }

    /// Whether a section is for somebody. Its selector is left with the groups that there are.
    fn keeps(&mut self, selector: &mut Option<Sourced<Vec<Sourced<Name>>>>, section: TextRange) -> bool {
        let Some(selected) = selector.as_mut().filter(|selected| !selected.value.is_empty()) else { return true };
        let (known, unknown): (Vec<_>, Vec<_>) =
            std::mem::take(&mut selected.value).into_iter().partition(|name| self.has(&name.value));
        for name in &unknown {
            let what = if known.is_empty() { "its section is left out" } else { "it is left out here" };
            let span = Span { file: self.file, range: name.range() };
            let message = format!("there is no process group `{}`: {what}", name.value);
            self.diagnostics.push(
                Diagnostic::new(UNKNOWN_GROUP, Severity::Warning, span, message)
                    .help("to flyctl the section is for nobody: was another group meant?"),
            );
        }
        let keeps = !known.is_empty();
        if keeps {
            self.gone.extend(unknown.iter().map(Sourced::range));
        } else {
            self.gone.push(section);
        }
        selected.value = known;
        keeps
    }
}
