//! Dockerfiles, as far as they say what runs and where it listens.
//!
//! Source: the Dockerfile reference of Docker. Variables are not replaced: a word with one in it says nothing.

use crate::source::{FileId, Source, TextRange};

/// A Dockerfile.
#[derive(Debug)]
pub struct Dockerfile {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: String,
    /// Its instructions, in their order.
    pub instructions: Vec<Instruction>,
}

/// One instruction.
#[derive(Debug)]
pub struct Instruction {
    /// Its name, in capitals.
    pub name: String,
    /// All of it, also where it goes over several lines.
    pub range: TextRange,
    /// Its words: of the form with brackets the items, otherwise what blanks separate.
    pub words: Vec<Word>,
    /// Whether it has the form with brackets, which needs no shell.
    pub exec_form: bool,
}

/// A word of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, without quotes.
    pub text: String,
    /// Its place.
    pub range: TextRange,
}

impl Dockerfile {
    /// The instructions of the stage that is run: the last, or the one of this name, with those that it is made from.
    pub fn stage(&self, target: Option<&str>) -> Vec<&Instruction> {
        let from = |at: usize| self.instructions[at].name == "FROM";
        let starts: Vec<usize> = (0..self.instructions.len()).filter(|&at| from(at)).collect();
        let named = |name: &str| starts.iter().position(|&at| self.instructions[at].stage_name() == Some(name));
        let wanted = target.and_then(|name| named(&name.to_ascii_lowercase()));
        let mut stage = wanted.or_else(|| starts.len().checked_sub(1));
        let mut chain: Vec<&[Instruction]> = Vec::new();
        while let Some(at) = stage {
            let end = starts.get(at + 1).copied().unwrap_or(self.instructions.len());
            chain.push(&self.instructions[starts[at]..end]);
            let base = self.instructions[starts[at]].base().map(str::to_ascii_lowercase);
            // A stage is made from an earlier one: this ends.
            stage = base.and_then(|base| named(&base)).filter(|&earlier| earlier < at);
        }
        chain.into_iter().rev().flatten().collect()
    }
}

impl Instruction {
    /// The image or stage behind `FROM`.
    pub fn base(&self) -> Option<&str> {
        let mut words = self.words.iter().map(|word| word.text.as_str());
        (self.name == "FROM").then(|| words.find(|word| !word.starts_with("--"))).flatten()
    }

    fn stage_name(&self) -> Option<&str> {
        let at = self.words.iter().position(|word| word.text.eq_ignore_ascii_case("as"))?;
        self.words.get(at + 1).map(|word| word.text.as_str())
    }

    /// The variables that `ENV` or `ARG` sets, with their values.
    pub fn variables(&self) -> Vec<(&str, &str, TextRange)> {
        if !matches!(self.name.as_str(), "ENV" | "ARG") {
            return Vec::new();
        }
        match self.words.as_slice() {
            // The old form has one variable and a blank in front of its value.
            [name, value, ..] if self.name == "ENV" && !name.text.contains('=') => {
                vec![(name.text.as_str(), value.text.as_str(), value.range)]
            }
            words => {
                let pair = |word: &'_ Word| word.text.find('=').map(|at| (at, word.range));
                let pairs = words.iter().filter_map(|word| pair(word).map(|(at, range)| (word, at, range)));
                pairs.map(|(word, at, range)| (&word.text[..at], &word.text[at + 1..], range)).collect()
            }
        }
    }

    /// The TCP ports behind `EXPOSE`.
    pub fn ports(&self) -> Vec<(u16, TextRange)> {
        if self.name != "EXPOSE" {
            return Vec::new();
        }
        let port = |word: &Word| {
            let text = word.text.strip_suffix("/tcp").unwrap_or(&word.text);
            text.parse().ok().map(|port| (port, word.range))
        };
        self.words.iter().filter_map(port).collect()
    }
}

pub(super) fn read(source: &Source, file: FileId) -> Dockerfile {
    let mut instructions = Vec::new();
    let mut heredoc: Option<String> = None;
    let mut open: Option<(TextRange, String)> = None;
    let escape = if source.text().lines().take(3).any(is_backtick_escape) { '`' } else { '\\' };
    for number in 1..=source.line_count() {
        let range = source.line_range(number);
        let line = source.slice(range).trim_end_matches(['\n', '\r']);
        if let Some(end) = &heredoc {
            if line.trim_start_matches('\t') == end {
                heredoc = None;
            }
            continue;
        }
        let trimmed = line.trim();
        if trimmed.starts_with('#') || (trimmed.is_empty() && open.is_some()) {
            continue;
        }
        let (start, mut text) = match open.take() {
            Some((start, text)) => (start, text),
            None if trimmed.is_empty() => continue,
            None => (range, String::new()),
        };
        let begin = start.start as usize;
        // Blanks stand for what is left out, so that a place in the text is a place in the file.
        while begin + text.len() < range.start as usize {
            text.push(' ');
        }
        let whole = TextRange::new(begin, range.start as usize + line.trim_end().len());
        if let Some(part) = line.trim_end().strip_suffix(escape) {
            text.push_str(part);
            open = Some((whole, text));
            continue;
        }
        text.push_str(line);
        heredoc = heredoc_of(&text);
        instructions.extend(instruction(&text, whole));
    }
    if let Some((whole, text)) = open {
        instructions.extend(instruction(&text, whole));
    }
    Dockerfile { file, path: source.name().to_owned(), instructions }
}

fn is_backtick_escape(line: &str) -> bool {
    let directive = line.trim_start().strip_prefix('#').map(|rest| rest.replace(' ', ""));
    directive.is_some_and(|directive| directive.eq_ignore_ascii_case("escape=`"))
}

/// The word that ends the text that begins on the next line.
fn heredoc_of(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<<")?;
    let word = rest.trim_start_matches('-').trim_start_matches(['"', '\'']);
    let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
    (end > 0 && !word.as_bytes()[0].is_ascii_digit()).then(|| word[..end].to_owned())
}

fn instruction(text: &str, whole: TextRange) -> Option<Instruction> {
    let at = text.len() - text.trim_start().len();
    let name = text[at..].split([' ', '\t', '[']).next().filter(|name| !name.is_empty())?;
    let rest = at + name.len();
    let name = name.to_ascii_uppercase();
    let start = whole.start as usize;
    let range = TextRange::new(start + at, whole.end as usize);
    let exec = exec_form(&text[rest..]);
    let exec_form = exec.is_some();
    let words = exec.unwrap_or_else(|| words(&text[rest..]));
    let words = words
        .into_iter()
        .map(|(from, to, text)| Word { text, range: TextRange::new(start + rest + from, start + rest + to) });
    Some(Instruction { name, range, words: words.collect(), exec_form })
}

/// The items of the form with brackets, which is JSON.
fn exec_form(text: &str) -> Option<Vec<(usize, usize, String)>> {
    let trimmed = text.trim();
    if !trimmed.starts_with('[') {
        return None;
    }
    let items: Vec<String> = serde_json::from_str(trimmed).ok()?;
    let mut at = 0;
    let mut found = Vec::new();
    for item in items {
        let quoted = serde_json::to_string(&item).ok()?;
        let from = text[at..].find(&quoted).map_or(at, |found| at + found);
        let to = (from + quoted.len()).min(text.len());
        found.push((from, to, item));
        at = to;
    }
    Some(found)
}

/// Words between blanks. Quotes hold blanks together, and are taken away.
fn words(text: &str) -> Vec<(usize, usize, String)> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (_, '\\') if chars.peek().is_some_and(|(_, next)| matches!(next, '"' | '\'' | '\\' | ' ')) => {
                if let Some((_, next)) = chars.next() {
                    word.get_or_insert_with(|| (at, String::new())).1.push(next);
                }
            }
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_with(|| (at, String::new()));
            }
            (None, c) if c.is_whitespace() => {
                if let Some((from, text)) = word.take() {
                    words.push((from, at, text));
                }
            }
            (_, c) => word.get_or_insert_with(|| (at, String::new())).1.push(c),
        }
    }
    if let Some((from, word)) = word {
        words.push((from, text.trim_end().len().max(from), word));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# syntax=docker/dockerfile:1\nFROM node:22 AS build\nEXPOSE 9999\nRUN npm ci \\\n  # why\n  && npm run build\n\nRUN <<EOF\nEXPOSE 1\nEOF\nFROM node:22-slim\nENV PORT=8080 NAME=\"a b\"\nENV OLD value\nexpose 8080/tcp 53/udp\nCMD [\"node\", \"server.js\"]\n";

    fn dockerfile(text: &str) -> (Source, Dockerfile) {
        let source = Source::new("Dockerfile", text);
        let dockerfile = read(&source, FileId(0));
        (source, dockerfile)
    }

    #[test]
    fn the_last_stage_is_run() {
        let (source, dockerfile) = dockerfile(TEXT);
        let names: Vec<&str> = dockerfile.instructions.iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names, ["FROM", "EXPOSE", "RUN", "RUN", "FROM", "ENV", "ENV", "EXPOSE", "CMD"]);
        let stage = dockerfile.stage(None);
        let ports: Vec<_> = stage.iter().flat_map(|i| i.ports()).map(|(port, at)| (port, source.slice(at))).collect();
        assert_eq!(ports, [(8080, "8080/tcp")]);
        let variables: Vec<_> =
            stage.iter().flat_map(|i| i.variables()).map(|(name, value, _)| (name, value)).collect();
        assert_eq!(variables, [("PORT", "8080"), ("NAME", "a b"), ("OLD", "value")]);
        let cmd = stage.last().unwrap();
        assert!(cmd.exec_form);
        assert_eq!(source.slice(cmd.words[1].range), "\"server.js\"");
        assert_eq!(
            dockerfile.stage(Some("Build")).iter().flat_map(|i| i.ports()).next().map(|(port, _)| port),
            Some(9999)
        );
    }

    #[test]
    fn a_stage_is_made_from_others() {
        let (_, dockerfile) = dockerfile("FROM alpine AS base\nEXPOSE 80\nFROM base AS base\nFROM base\nCMD x y\n");
        let stage = dockerfile.stage(None);
        assert_eq!(stage.iter().flat_map(|i| i.ports()).count(), 1);
        assert!(!stage.last().unwrap().exec_form);
    }

    #[test]
    fn lines_that_go_on() {
        let (source, dockerfile) = dockerfile("FROM x\nENV A=1 \\\n    PORT=80\n");
        let (_, value, at) = dockerfile.instructions[1].variables()[1];
        assert_eq!((value, source.slice(at)), ("80", "PORT=80"));
        let (_, open) = self::dockerfile("FROM x\nRUN a \\");
        assert_eq!(open.instructions.len(), 2);
    }
}
