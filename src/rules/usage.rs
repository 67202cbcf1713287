//! Commands of flyctl in scripts, workflows and pages, as the catalogue of its commands understands them: which command
//! it is, its words and its flags. What cannot be told from the text is left out, and nobody judges it.

use crate::beside::{Command, Kind};
use crate::facts::{Facts, FlyCommand};
use crate::model::Model;
use crate::source::{Source, TextRange};
use crate::value::Origin;

/// A command that was understood.
#[derive(Debug)]
pub(crate) struct Usage<'m> {
    /// Where it stands.
    pub line: &'m Command,
    /// Which command it is.
    pub command: &'static FlyCommand,
    /// The kind of file that it stands in.
    pub kind: Kind,
    /// Its words, without those of the command itself.
    pub args: Vec<&'m str>,
    /// Its flags, under the names that flyctl prefers.
    pub flags: Vec<(&'m str, Option<&'m str>)>,
    /// The first flag that it does not have: what follows it was not read.
    pub unknown: Option<&'m str>,
    /// A switch with `true` or `false` as the next word.
    pub detached: Option<(&'m str, &'m str)>,
    /// Whether a variable may stand for more words, or for none.
    pub open: bool,
    /// All of its line.
    text: &'m str,
}

/// Understands the commands beside the apps.
pub(crate) fn usages<'m>(model: &'m Model, sources: &[&'m Source], facts: &Facts) -> Vec<Usage<'m>> {
    let lines = model.beside.commands.iter();
    let mut usages: Vec<_> = lines.filter_map(|line| Usage::read(line, sources[line.file.index()], facts)).collect();
    usages.sort_by_key(|usage| usage.line.file);
    usages
}

impl<'m> Usage<'m> {
    fn read(line: &'m Command, source: &'m Source, facts: &Facts) -> Option<Self> {
        let kind = Kind::of(source.name())?;
        let text = source.slice(line.range);
        // `<name>` is a place for a name, and `[flags]` one for flags.
        let is_pattern = text.contains('<') && text.contains('>') || text.contains(['…', '[']) || text.contains("...");
        if is_pattern || goes_on(&source.text()[line.range.end as usize..]) {
            return None;
        }
        let mut words = line.words.iter().skip(1).map(String::as_str).peekable();
        while let Some(word) = words.next_if(|word| word.starts_with('-')) {
            if find(facts.flyctl_flags, word.trim_start_matches('-'))?.takes == Takes::Value {
                words.next();
            }
        }
        let mut command: Option<&'static FlyCommand> = None;
        while let Some(next) = words.peek().and_then(|word| below(command, word, facts)) {
            command = Some(next);
            words.next();
        }
        let command = command.filter(|command| !command.group && !command.no_op)?;
        let (args, flags) = (Vec::new(), Vec::new());
        let mut usage = Self { line, command, kind, args, flags, unknown: None, detached: None, open: false, text };
        while let Some(word) = words.next() {
            if word == "--" {
                usage.args.extend(words);
                break;
            }
            usage.open |= word.starts_with(['$', '`', '*', '{']);
            match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                None => usage.args.push(word),
                Some(flags) if !usage.flag(word, flags, &mut words, facts) => break,
                Some(_) => {}
            }
        }
        Some(usage)
    }

    /// Reads one flag, or several letters behind one `-`. False when there is one that the command does not have.
    fn flag(
        &mut self,
        word: &'m str,
        rest: &'m str,
        words: &mut std::iter::Peekable<impl Iterator<Item = &'m str>>,
        facts: &Facts,
    ) -> bool {
        let find = |name: &str| find(self.command.flags, name).or_else(|| find(facts.flyctl_flags, name));
        if let Some(long) = rest.strip_prefix('-') {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let Some(flag) = find(name).filter(|flag| flag.own == name) else {
                self.unknown = is_name(name).then_some(&word[..name.len() + 2]);
                return false;
            };
            let next = if flag.takes == Takes::Value && value.is_none() { words.next() } else { None };
            if flag.takes != Takes::Value && value.is_none() {
                self.detached = self.detached.or(words.peek().filter(|next| is_bool(next)).map(|next| (word, *next)));
            }
            self.flags.push((flag.name, value.or(next)));
            return true;
        }
        for (at, letter) in rest.char_indices() {
            let end = at + letter.len_utf8();
            let Some(flag) = find(&rest[at..end]) else {
                self.unknown = (rest.len() == 1 && letter.is_ascii_alphabetic()).then_some(word);
                return false;
            };
            if flag.takes == Takes::Value {
                let value = rest[end..].strip_prefix('=').unwrap_or(&rest[end..]);
                self.flags.push((flag.name, if value.is_empty() { words.next() } else { Some(value) }));
                return true;
            }
            self.flags.push((flag.name, None));
        }
        true
    }

    /// Whether it is one of these commands.
    pub(crate) fn is(&self, paths: &[&str]) -> bool {
        paths.contains(&self.command.path)
    }

    /// Whether it has one of these flags.
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        self.flags.iter().any(|(name, _)| names.contains(name))
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, name: &str) -> bool {
        self.flags.iter().any(|(flag, value)| *flag == name && *value != Some("false"))
    }

    /// The value of a flag.
    pub(crate) fn value(&self, name: &str) -> Option<&'m str> {
        self.flags.iter().find(|(flag, _)| *flag == name).and_then(|(_, value)| *value)
    }

    /// Whether it only asks for help, or flags may stand in a variable.
    pub(crate) fn is_vague(&self) -> bool {
        self.open || self.unknown.is_some() || self.has(&["help"])
    }

    /// Whether it goes on beside what follows it, or somebody ends it.
    pub(crate) fn is_ended(&self) -> bool {
        let text = self.text.trim_end();
        text.ends_with('&') && !text.ends_with("&&") || text.contains("timeout ") || text.contains("& ")
    }

    /// Its lines.
    pub(crate) fn at(&self) -> Origin {
        Origin::written(self.line.range)
    }

    /// Where one of its words stands; its lines where that is not clear.
    pub(crate) fn at_word(&self, word: &str) -> Origin {
        let mut places = self.text.match_indices(word).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(at), None) => {
                let start = self.line.range.start as usize + at;
                Origin::written(TextRange::new(start, start + word.len()))
            }
            _ => self.at(),
        }
    }
}

/// Whether a command goes on behind its line: a text that is folded has no backslash at the end of its lines.
fn goes_on(rest: &str) -> bool {
    let next = rest.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default().trim_start();
    next.strip_prefix('-').is_some_and(|flag| flag.starts_with(|c: char| c == '-' || c.is_ascii_alphabetic()))
}

fn is_bool(word: &str) -> bool {
    matches!(word, "true" | "false")
}

fn is_name(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The command of this name below another one.
fn below(above: Option<&FlyCommand>, word: &str, facts: &Facts) -> Option<&'static FlyCommand> {
    let above = above.map_or("", |above| above.path);
    facts.flyctl_commands.iter().find(|command| {
        let (group, name) = command.path.rsplit_once(' ').unwrap_or(("", command.path));
        group == above && (name == word || command.aliases.contains(&word))
    })
}

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
    /// One behind `=`, or none.
    Either,
}

/// A flag of the catalogue.
#[derive(Clone, Copy)]
struct Flag {
    /// The name that flyctl prefers.
    name: &'static str,
    /// The name itself.
    own: &'static str,
    takes: Takes,
}

/// A flag by its name or letter, in the short form of the facts.
fn find(flags: &'static str, name: &str) -> Option<Flag> {
    flags.split(' ').find_map(|flag| {
        let (flag, target) = flag.split_once('>').map_or((flag, None), |(flag, target)| (flag, Some(target)));
        let (flag, takes) = match flag.strip_suffix('=') {
            Some(flag) => (flag, Takes::Value),
            None => flag.strip_suffix('?').map_or((flag, Takes::Nothing), |flag| (flag, Takes::Either)),
        };
        let (own, letter) = flag.split_once('|').map_or((flag, None), |(own, letter)| (own, Some(letter)));
        let it = own == name || letter == Some(name);
        it.then(|| Flag { name: target.unwrap_or(own), own, takes })
    })
}

/// The names of all flags of a command.
pub(super) fn flag_names(command: &FlyCommand) -> impl Iterator<Item = &'static str> + Clone {
    let name = |flag: &'static str| flag.split(['|', '=', '?', '>']).next().unwrap_or(flag);
    command.flags.split(' ').filter(|flag| !flag.contains('>')).map(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beside::{Beside, Place};
    use crate::facts::FACTS;
    use crate::source::FileId;

    fn of(text: &str) -> Option<String> {
        let source = Source::new("a.sh", text);
        let beside = Beside::read([(FileId(0), &source)], Vec::<Place>::new(), false);
        let usage = Usage::read(beside.commands.first()?, &source, &FACTS)?;
        let flags: Vec<String> =
            usage.flags.iter().map(|(name, value)| format!("{name}={}", value.unwrap_or_default())).collect();
        let unknown = usage.unknown.unwrap_or_default();
        Some(format!("{} {:?} {} {unknown}", usage.command.path, usage.args, flags.join(",")).trim_end().to_owned())
    }

    #[test]
    fn words_and_flags() {
        for (line, read) in [
            ("fly vol create data -r fra -s3 --yes -a x", "volumes create [\"data\"] region=fra,size=3,yes=,app=x"),
            ("flyctl -t $T logs --instance=1 -n", "logs [] machine=1,no-tail="),
            ("fly deploy . --remote-only --ha=false", "deploy [\".\"] remote-only=,ha=false"),
            ("fly ssh console -qC 'ls -l' -a x", "ssh console [] quiet=,command=ls -l,app=x"),
            ("fly deploy --remote --ha=false", "deploy []  --remote"),
            ("fly deploy --$X", "deploy []"),
            ("fly machine run img -- --a b", "machine run [\"img\", \"--a\", \"b\"]"),
        ] {
            assert_eq!(of(line).as_deref(), Some(read), "{line}");
        }
        for line in ["fly volumes create <name> -s 1", "fly deploy [flags]", "fly volumes", "fly suspend", "fly x"] {
            assert_eq!(of(line), None, "{line}");
        }
        assert_eq!(of("fly deploy\n  --ha=false\n"), None);
    }
}
