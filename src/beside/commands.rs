//! Commands of flyctl in scripts, workflows and pages: found line by line, split as a shell splits them.

use crate::fly_toml::command::commands_in;
use crate::source::{FileId, Source, TextRange};

/// A command of flyctl.
#[derive(Debug)]
pub struct Command {
    /// The file.
    pub file: FileId,
    /// The lines that it stands on, without what is blank around.
    pub range: TextRange,
    /// Its words, from `fly` or `flyctl` on. An expression of GitHub is one word, and so is a variable.
    pub words: Vec<String>,
    /// The output of other commands of its line is its input, or its output goes into a file or another command.
    pub piped: bool,
}

impl Command {
    /// Whether it is this command, whatever stands behind: `["secrets", "set"]`.
    pub fn is(&self, path: &[&str]) -> bool {
        let words = self.words.get(1..).unwrap_or_default();
        words.len() >= path.len() && words.iter().zip(path).all(|(word, wanted)| word == wanted)
    }

    /// Whether it has a flag, alone or with a value.
    pub fn has_flag(&self, names: &[&str]) -> bool {
        self.words.iter().any(|word| {
            let name = word.split('=').next().unwrap_or(word);
            names.contains(&name)
        })
    }

    /// The value of a flag.
    pub fn flag(&self, names: &[&str]) -> Option<&str> {
        let mut words = self.words.iter();
        while let Some(word) = words.next() {
            match word.split_once('=') {
                Some((name, value)) if names.contains(&name) => return Some(value),
                None if names.contains(&word.as_str()) => return words.next().map(String::as_str),
                _ => {}
            }
        }
        None
    }
}

/// Finds the commands of a script.
pub(super) fn of_script(source: &Source, file: FileId, found: &mut Vec<Command>) {
    lines(source, file, |_| true, found);
}

/// Finds the commands of a workflow: those of its `run` keys. Lines of other keys hold none.
pub(super) fn of_workflow(source: &Source, file: FileId, found: &mut Vec<Command>) {
    lines(source, file, |_| true, found);
}

/// Finds the commands of a page: those in blocks of code for a shell.
pub(super) fn of_page(source: &Source, file: FileId, found: &mut Vec<Command>) {
    let mut fence: Option<(String, bool)> = None;
    lines(
        source,
        file,
        |line| {
            let line = line.trim_start();
            let mark = if line.starts_with('~') { '~' } else { '`' };
            let ticks = line.len() - line.trim_start_matches(mark).len();
            match &fence {
                Some((open, _)) if line.starts_with(open.as_str()) && line.trim_end().len() == ticks => {
                    fence = None;
                    false
                }
                Some((_, shell)) => *shell,
                None if ticks >= 3 => {
                    let language = line[ticks..].split([' ', ',', '{']).next().unwrap_or_default().trim();
                    let shell = ["sh", "bash", "shell", "console", "zsh", "cmd", "shell-session"].contains(&language);
                    fence = Some((line[..ticks].to_owned(), shell));
                    false
                }
                None => false,
            }
        },
        found,
    );
}

/// Looks at the lines that are wanted; a line goes on behind a backslash.
fn lines(source: &Source, file: FileId, mut wanted: impl FnMut(&str) -> bool, found: &mut Vec<Command>) {
    if !source.text().contains("fly") {
        return;
    }
    let mut open: Option<(TextRange, String)> = None;
    for number in 1..=source.line_count() {
        let range = source.line_range(number);
        let line = source.slice(range).trim_end();
        if !wanted(line) {
            open = None;
            continue;
        }
        let from = range.start as usize + line.len() - line.trim_start().len();
        let (start, mut text) = open.take().map_or((from, String::new()), |(range, text)| (range.start as usize, text));
        let range = TextRange::new(start, range.start as usize + line.len());
        if let Some(part) = line.strip_suffix('\\') {
            text.push_str(part);
            text.push(' ');
            open = Some((range, text));
            continue;
        }
        text.push_str(line);
        commands(&text, file, range, found);
    }
}

/// Words in front of a command that say how it is run.
const BEFORE: [&str; 20] = [
    "exec", "env", "sudo", "time", "command", "nohup", "if", "then", "else", "while", "do", "!", "{", "$", "-", "run:",
    "@fly", "until", "elif", "&&",
];

/// The commands of flyctl on one line.
fn commands(line: &str, file: FileId, range: TextRange, found: &mut Vec<Command>) {
    if !line.contains("fly") || line.trim_start().starts_with('#') {
        return;
    }
    let line = without_expressions(line);
    // What stands in `$( … )` is a line of its own.
    let line = line.replace("$(", " ; ");
    let piped = line.contains(['|', '>', '<']);
    for words in commands_in(&line) {
        let is_before = |word: &str| BEFORE.contains(&word) || (word.contains('=') && !word.starts_with('-'));
        let Some(at) = words.iter().position(|word| !is_before(word)) else { continue };
        let program = words[at].trim_start_matches('@');
        if matches!(program, "fly" | "flyctl") && words.len() > at + 1 {
            let mut words = words[at..].to_vec();
            program.clone_into(&mut words[0]);
            found.push(Command { file, range, words, piped });
        }
    }
}

/// GitHub's expressions as one word each, which names what they name.
fn without_expressions(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("${{") {
        let Some((inner, after)) = behind.split_once("}}") else { break };
        out.push_str(before);
        out.push('$');
        out.extend(inner.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, text: &str) -> Vec<(String, String)> {
        let source = Source::new(name, text);
        let mut found = Vec::new();
        match super::super::Kind::of(name) {
            Some(super::super::Kind::Page) => of_page(&source, FileId(0), &mut found),
            _ => of_script(&source, FileId(0), &mut found),
        }
        found.iter().map(|c| (c.words.join(" "), source.slice(c.range).to_owned())).collect()
    }

    #[test]
    fn commands_of_a_script() {
        let text = "#!/bin/sh\n# fly deploy\nset -e\n  fly deploy \\\n    --app x && echo done\nbutterfly x\nA=$(fly status --json | jq .x)\n";
        let found = found("a.sh", text);
        assert_eq!(found[0], ("fly deploy --app x".to_owned(), "fly deploy \\\n    --app x && echo done".to_owned()));
        assert_eq!(found[1].0, "fly status --json");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn commands_of_a_workflow() {
        let text = "steps:\n  - run: flyctl deploy --access-token ${{ secrets.FLY_API_TOKEN }}\n  - name: fly deploy is next\n";
        let found = found("ci.sh", text);
        assert_eq!(found[0].0, "flyctl deploy --access-token $secrets.FLY_API_TOKEN");
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn commands_of_a_page() {
        let text = "Run `fly deploy`:\n\n```sh\n$ fly deploy -a x\n```\n\n```toml\nfly deploy\n```\n\nfly deploy\n";
        assert_eq!(found("README.md", text), [("fly deploy -a x".to_owned(), "$ fly deploy -a x".to_owned())]);
    }
}
