//! The architectures that can be begun with: those of `specs/`, with another name and organisation.

use toml_edit::{DocumentMut, value};

use super::Answers;
use super::write::SCHEMA;

macro_rules! examples {
    ($($name:literal),+ $(,)?) => {
        /// The names and texts of specs.
        const EXAMPLES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../specs/", $name, ".toml")))),+];
    };
}

examples!(
    "minimal",
    "reference",
    "reference-as-drawn",
    "monorepo",
    "tenant-cells",
    "private-services",
    "two-organisations",
    "game-server",
    "static-site",
    "photo-sharing",
    "payments",
    "internal-tools",
    "transcoding",
    "white-label",
    "worker-fleet",
    "work-queue",
    "scheduled-jobs",
    "staging",
    "unmanaged-postgres",
    "n-tier",
    "stateful-cluster",
    "read-replicas",
    "litefs",
);

/// The architectures to begin with, each with what it is.
pub fn examples() -> impl Iterator<Item = (&'static str, String)> {
    EXAMPLES.iter().map(|(name, text)| (*name, about(text)))
}

/// What the comment at the head of a spec says of it.
fn about(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("#:schema"));
    let lines = lines.take_while(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    lines.collect::<Vec<_>>().join(" ")
}

/// One of them, as a spec of one's own. None when there is none of this name.
pub fn example(name: &str, answers: &Answers) -> Option<String> {
    let (_, text) = EXAMPLES.iter().find(|(known, _)| *known == name)?;
    let text = text.replacen("../schema/flyarch.schema.json", SCHEMA, 1);
    let mut spec: DocumentMut = text.parse().ok()?;
    let project = spec.get_mut("project")?.as_table_mut()?;
    for (key, answer) in [("name", answers.name.as_ref().map(ToString::to_string)), ("org", answers.org.clone())] {
        let Some(answer) = answer else { continue };
        let old = project.get(key)?.as_value()?.decor().clone();
        let mut new = value(answer);
        *new.as_value_mut()?.decor_mut() = old;
        project.insert(key, new);
    }
    Some(spec.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spec_is_offered() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        // A list of keys, and no architecture.
        names.retain(|name| name != "every-key");
        names.sort_unstable();
        let mut offered: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
        offered.sort_unstable();
        assert_eq!(offered, names);
    }

    #[test]
    fn names_are_answered_and_comments_stay() {
        let answers = Answers { name: "shop".parse().ok(), org: Some("acme".to_owned()), region: None };
        for (name, text) in EXAMPLES {
            let new = example(name, &answers).unwrap();
            assert!(new.contains("\nname = \"shop\"") && new.contains("\norg = \"acme\""), "{new}");
            assert_eq!(new.matches('#').count(), text.matches('#').count(), "{name}");
        }
    }
}
