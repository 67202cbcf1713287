//! Whether flyctl understands a command line, and would run it without a question.
//!
//! The checks are those of `src/facts/data/flyctl-commands.json` and stricter than flyctl's own parser: a mistake that
//! flyctl answers with help and exit code 0, an old spelling, and a flag whose absence would make it ask are all
//! refused. Nothing here knows what a command does.

mod questions;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use questions::Prompt;

const TEXT: &str = include_str!("../facts/data/flyctl-commands.json");

/// The words and flags of one command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The command, by its own name and not by an alias: `ips list`.
    pub command: String,
    /// Values by flag; of a switch, `true` or `false`.
    pub flags: BTreeMap<String, Vec<String>>,
    /// What is neither the command nor a flag.
    pub words: Vec<String>,
}

impl Call {
    /// The last value of a flag.
    pub fn text(&self, flag: &str) -> Option<&str> {
        self.flags.get(flag).and_then(|values| values.last()).map(String::as_str)
    }

    /// Whether a flag is given, whatever its value.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains_key(flag)
    }

    /// Whether a switch is on.
    pub fn on(&self, flag: &str) -> bool {
        self.text(flag).is_some_and(truth)
    }

    /// The value of a flag of whole numbers.
    pub fn number(&self, flag: &str) -> Option<i64> {
        self.text(flag).and_then(|text| text.parse().ok())
    }
}

/// What the commands have in common: the file without its commands.
#[derive(Deserialize)]
struct Catalogue<'c> {
    #[serde(borrow)]
    global_flags: Vec<Flag<'c>>,
    #[serde(borrow)]
    common_flags: BTreeMap<&'c str, Flag<'c>>,
    #[serde(borrow)]
    flag_groups: BTreeMap<&'c str, Vec<Flag<'c>>>,
}

/// One command of the file, as its line. Lines are read one by one, because reading all of them takes longer than
/// everything else that a call of the stand-in does.
#[derive(Clone, Copy)]
struct Line<'c>(&'c str);

#[derive(Deserialize)]
struct Command<'c> {
    #[serde(borrow)]
    path: Vec<&'c str>,
    #[serde(default)]
    group: bool,
    #[serde(default)]
    no_op: bool,
    #[serde(default)]
    hidden: bool,
    #[serde(default)]
    deprecated: bool,
    args: Args,
    #[serde(borrow, default)]
    common_flags: Vec<&'c str>,
    #[serde(borrow, default)]
    flag_groups: Vec<&'c str>,
    #[serde(borrow, default)]
    flags: Vec<Flag<'c>>,
    #[serde(borrow, default)]
    prompts: Vec<Prompt<'c>>,
    #[serde(default)]
    needs_app: bool,
}

#[derive(Deserialize)]
struct Args {
    min: usize,
    max: Option<usize>,
    #[serde(default)]
    noninteractive_min: usize,
}

#[derive(Clone, Deserialize)]
struct Flag<'c> {
    #[serde(borrow)]
    name: &'c str,
    #[serde(rename = "type")]
    kind: FlagKind,
    shorthand: Option<char>,
    #[serde(borrow)]
    alias_of: Option<&'c str>,
    #[serde(default)]
    hidden: bool,
    #[serde(default)]
    required: bool,
    #[serde(borrow)]
    no_opt_default: Option<&'c str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum FlagKind {
    Bool,
    String,
    Int,
    Float64,
    Duration,
    StringSlice,
    StringArray,
}

/// Checks the words behind `fly`.
///
/// # Errors
///
/// What is wrong with them, in a sentence.
pub fn check<S: AsRef<str>>(argv: &[S]) -> Result<Call, String> {
    let catalogue = Catalogue::read()?;
    let argv: Vec<&str> = argv.iter().map(AsRef::as_ref).collect();
    let (line, rest) = catalogue.resolve(&argv);
    let Some(line) = line else {
        return Err(match rest.first() {
            Some(word) => format!("unknown command \"{word}\" for \"fly\""),
            None => "no command".to_owned(),
        });
    };
    let command = line.read()?;
    let name = command.path.join(" ");
    match rest.first() {
        Some(word) if command.group && !word.starts_with('-') => {
            return Err(format!("unknown command \"{word}\" for \"fly {name}\": it prints help and exits with 0"));
        }
        _ if command.group => return Err(format!("`{name}` holds other commands: it prints help and exits with 0")),
        _ if command.no_op => return Err(format!("`{name}` does nothing, and exits with 0")),
        _ if command.hidden || command.deprecated => return Err(format!("`{name}` is an old command")),
        _ => {}
    }
    let flags = catalogue.flags_of(&command);
    let call = parse(name, &flags, &rest)?;
    command.satisfied_by(&call, &flags)?;
    Ok(call)
}

/// The two parts of the file: what stands in front of the commands, and the lines of the commands.
fn parts() -> (&'static str, impl Iterator<Item = Line<'static>>) {
    let (head, commands) = TEXT.split_once("\"commands\":[\n").unwrap_or((TEXT, ""));
    (head, commands.lines().filter(|line| line.starts_with("{\"path\"")).map(|line| Line(line.trim_end_matches(','))))
}

impl<'c> Line<'c> {
    /// Whether it is the command of this word below a path, by its name or another. `path` is that of a line, as text.
    fn is_child(self, path: &str, word: &str) -> bool {
        let below = self.0.strip_prefix("{\"path\":[").and_then(|rest| rest.strip_prefix(path));
        let Some((name, rest)) = below.and_then(|rest| rest.strip_prefix('"')).and_then(|rest| rest.split_once('"'))
        else {
            return false;
        };
        let Some(rest) = rest.strip_prefix(']') else { return false };
        let aliases = rest.strip_prefix(",\"aliases\":[").and_then(|rest| rest.split_once(']'));
        name == word
            || aliases.is_some_and(|(aliases, _)| aliases.split(',').any(|alias| alias.trim_matches('"') == word))
    }

    /// What its path begins with when it is a parent, as text.
    fn as_parent(self) -> String {
        let path = self.0.strip_prefix("{\"path\":[").and_then(|rest| rest.split_once(']'));
        path.map(|(path, _)| format!("{path},")).unwrap_or_default()
    }

    fn read(self) -> Result<Command<'c>, String> {
        serde_json::from_str(self.0).map_err(|error| format!("the catalogue: {error}"))
    }
}

impl<'c> Catalogue<'c> {
    fn read() -> Result<Catalogue<'static>, String> {
        static HEAD: LazyLock<String> = LazyLock::new(|| format!("{}}}", parts().0.trim_end().trim_end_matches(',')));
        serde_json::from_str(&HEAD).map_err(|error| format!("the catalogue: {error}"))
    }

    /// The line of the command that the first words name, and the words that remain. Global flags may stand in front.
    fn resolve<'a>(&self, argv: &[&'a str]) -> (Option<Line<'static>>, Vec<&'a str>) {
        let mut found: Option<Line<'static>> = None;
        let mut kept: Vec<&str> = Vec::new();
        let mut at = 0;
        while let Some(word) = argv.get(at) {
            if word.starts_with('-') {
                let (name, value) = split_flag(word);
                let Some(flag) = self.global_flags.iter().find(|flag| flag.is_called(name)) else { break };
                let taken = if flag.takes_next(value) { 2 } else { 1 };
                kept.extend(argv.iter().skip(at).take(taken));
                at += taken;
                continue;
            }
            let parent = found.map(Line::as_parent).unwrap_or_default();
            let Some(child) = parts().1.find(|line| line.is_child(&parent, word)) else { break };
            found = Some(child);
            at += 1;
        }
        kept.extend(argv.iter().skip(at));
        (found, kept)
    }

    fn flags_of(&self, command: &Command<'c>) -> Vec<Flag<'c>> {
        let common = command.common_flags.iter().filter_map(|key| self.common_flags.get(key));
        let groups = command.flag_groups.iter().filter_map(|key| self.flag_groups.get(key)).flatten();
        command.flags.iter().chain(common).chain(groups).chain(&self.global_flags).cloned().collect()
    }
}

impl Flag<'_> {
    fn is_called(&self, name: Name<'_>) -> bool {
        match name {
            Name::Long(name) => self.name == name,
            Name::Short(c) => self.shorthand == Some(c),
        }
    }

    /// Whether the next word is the value. Switches, and flags with a value of their own, take one only with `=`.
    fn takes_next(&self, value: Option<&str>) -> bool {
        value.is_none() && self.kind != FlagKind::Bool && self.no_opt_default.is_none()
    }
}

#[derive(Clone, Copy)]
enum Name<'a> {
    Long(&'a str),
    Short(char),
}

/// The name of a flag, and what is glued to it.
fn split_flag(word: &str) -> (Name<'_>, Option<&str>) {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        return (Name::Long(name), value);
    }
    let mut chars = word.chars();
    chars.next();
    let name = chars.next().unwrap_or('-');
    let rest = chars.as_str();
    (Name::Short(name), if rest.is_empty() { None } else { Some(rest.strip_prefix('=').unwrap_or(rest)) })
}

fn parse(command: String, flags: &[Flag<'_>], rest: &[&str]) -> Result<Call, String> {
    let mut call = Call { command, ..Call::default() };
    let mut words = rest.iter().copied();
    let mut after_switch: Option<&str> = None;
    while let Some(word) = words.next() {
        if word == "--" {
            call.words.extend(words.by_ref().map(str::to_owned));
            break;
        }
        if word == "-" || !word.starts_with('-') {
            if let (Some(switch), "true" | "false") = (after_switch, word) {
                return Err(format!(
                    "--{switch} takes a value only as --{switch}={word}: here \"{word}\" is an argument"
                ));
            }
            call.words.push(word.to_owned());
            after_switch = None;
            continue;
        }
        let (mut name, mut value) = split_flag(word);
        loop {
            let flag = flags.iter().find(|flag| flag.is_called(name)).ok_or_else(|| match name {
                Name::Long(name) => format!("unknown flag: --{name}"),
                Name::Short(c) => format!("unknown shorthand flag: '{c}' in {word}"),
            })?;
            // Switches can be stacked: `-qj`.
            let stacked = matches!(name, Name::Short(_)) && flag.kind == FlagKind::Bool && !word.contains('=');
            let next = value.filter(|_| stacked);
            let given = if stacked { None } else { value };
            let given = match given {
                Some(value) => value,
                None if flag.kind == FlagKind::Bool => "true",
                None => match flag.no_opt_default {
                    Some(default) => default,
                    None => words.next().ok_or_else(|| format!("flag needs an argument: --{}", flag.name))?,
                },
            };
            set(&mut call, flag, given)?;
            after_switch = (flag.kind == FlagKind::Bool && value.is_none()).then_some(flag.name);
            let Some(stack) = next else { break };
            let mut chars = stack.chars();
            let Some(c) = chars.next() else { break };
            name = Name::Short(c);
            value = Some(chars.as_str()).filter(|rest| !rest.is_empty());
        }
    }
    Ok(call)
}

fn set(call: &mut Call, flag: &Flag<'_>, value: &str) -> Result<(), String> {
    let wrong =
        |expected: &str| format!("invalid argument \"{value}\" for \"--{}\" flag: expected {expected}", flag.name);
    if let Some(main) = flag.alias_of {
        return Err(format!("--{} is an old spelling of --{main}", flag.name));
    }
    if flag.hidden {
        return Err(format!("--{} is a hidden flag", flag.name));
    }
    match flag.kind {
        FlagKind::Bool if !truth(value) && !matches!(value, "0" | "f" | "F" | "false" | "FALSE" | "False") => {
            return Err(wrong("true or false"));
        }
        FlagKind::Int if value.parse::<i64>().is_err() => return Err(wrong("a whole number")),
        FlagKind::Float64 if value.parse::<f64>().is_err() => return Err(wrong("a number")),
        FlagKind::Duration if !is_duration(value) => return Err(wrong("a duration such as 90s")),
        FlagKind::Bool
        | FlagKind::Int
        | FlagKind::Float64
        | FlagKind::Duration
        | FlagKind::String
        | FlagKind::StringSlice
        | FlagKind::StringArray => {}
    }
    let values = call.flags.entry(flag.name.to_owned()).or_default();
    if flag.kind == FlagKind::StringSlice {
        values.extend(value.split(',').map(str::to_owned));
    } else {
        values.push(value.to_owned());
    }
    Ok(())
}

/// What Go takes for true.
fn truth(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

/// What Go takes for a duration: numbers with units, such as `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - unit.len()];
        let Some(after) = ["ns", "us", "µs", "ms", "s", "m", "h"].iter().find_map(|u| unit.strip_prefix(u)) else {
            return false;
        };
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        rest = after;
        parts += 1;
    }
    parts > 0
}

impl Command<'_> {
    /// Whether all that the command needs is there, so that it neither fails nor asks.
    fn satisfied_by(&self, call: &Call, flags: &[Flag<'_>]) -> Result<(), String> {
        let name = &call.command;
        let count = call.words.len();
        if self.args.max.is_some_and(|max| count > max) {
            return Err(format!("`{name}` takes at most {} arguments, received {count}", self.args.max.unwrap_or(0)));
        }
        let least = self.args.min.max(self.args.noninteractive_min);
        if count < least {
            return Err(format!("`{name}` needs {least} arguments, received {count}"));
        }
        if let Some(flag) = flags.iter().find(|flag| flag.required && !call.has(flag.name)) {
            return Err(format!("required flag --{} is not set", flag.name));
        }
        if self.needs_app && call.text("app").is_none_or(str::is_empty) {
            return Err(format!("`{name}` without --app takes whichever app the folder is for"));
        }
        match self.prompts.iter().find(|prompt| !prompt.avoided_by(call, flags)) {
            Some(prompt) => Err(format!("`{name}` would ask: {}; avoid it with {}", prompt.asks, prompt.avoid)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
