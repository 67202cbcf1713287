//! Command lines as flyctl reads them: split into words like a shell does, but run without one.
//!
//! `processes`, `release_command` and `console_command` go through google/shlex. Its words are those of a shell but
//! for two things: a backslash stands for the next character within double quotes too, whatever that is, and nothing
//! is ever expanded.

/// One word of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, without quotes and backslashes.
    pub text: String,
    /// The word as far as a shell would act on it: what is quoted or behind a backslash is a NUL. Within double quotes
    /// `$` and backquotes stay.
    pub live: String,
}

/// The words of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The words.
    pub words: Vec<Word>,
    /// Where a comment begins: a word with `#` in front and the rest of its line are dropped.
    pub comment: Option<usize>,
}

/// Why a command line cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsplittable {
    /// A quote that is never closed, and where it opens.
    OpenQuote(char, usize),
    /// A backslash at the end.
    Backslash,
}

/// Whether a text has one of these characters: most commands have nothing that would need a closer look.
pub fn has_any<const N: usize>(text: &str, of: [u8; N]) -> bool {
    // Without a way out in the middle the compiler looks at many bytes at once.
    let is = |b: u8| of.iter().fold(0, |found, &c| found | u8::from(b == c));
    text.bytes().fold(0, |found, b| found | is(b)) != 0
}

/// Splits a command line.
///
/// # Errors
///
/// When a quote is open at the end, or a backslash has nothing to stand for.
pub fn split(line: &str) -> Result<Words, Unsplittable> {
    let mut all = Words::default();
    let mut chars = line.char_indices();
    let mut word: Option<Word> = None;
    while let Some((at, c)) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => all.words.extend(word.take()),
            '#' if word.is_none() => {
                all.comment.get_or_insert(at);
                chars.by_ref().find(|&(_, c)| c == '\n');
            }
            '\\' => {
                let (_, escaped) = chars.next().ok_or(Unsplittable::Backslash)?;
                word.get_or_insert_with(Word::empty).push(escaped, false);
            }
            '\'' | '"' => {
                let word = word.get_or_insert_with(Word::empty);
                loop {
                    let (_, inner) = chars.next().ok_or(Unsplittable::OpenQuote(c, at))?;
                    if inner == c {
                        break;
                    }
                    if c == '"' && inner == '\\' {
                        let (_, escaped) = chars.next().ok_or(Unsplittable::Backslash)?;
                        word.push(escaped, false);
                    } else {
                        word.push(inner, c == '"' && (inner == '$' || inner == '`'));
                    }
                }
            }
            c => word.get_or_insert_with(Word::empty).push(c, true),
        }
    }
    all.words.extend(word);
    Ok(all)
}

/// The script that a command line hands to a shell: `sh -c '…'`, also behind `exec`, `env` and a path.
pub fn shell_script<'w>(words: &[&'w str]) -> Option<&'w str> {
    const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "zsh", "ksh"];
    let shell = words.iter().position(|word| SHELLS.contains(&word.rsplit('/').next().unwrap_or(word)))?;
    let options = &words[shell + 1..];
    // The last of several letters, as in `bash -lc`.
    let command =
        options.iter().position(|word| !word.starts_with('-') || (!word.starts_with("--") && word.ends_with('c')))?;
    if options[command].starts_with('-') { options.get(command + 1).copied() } else { None }
}

/// The words of every command in a script for a shell, without redirections. Lines that cannot be split are left out.
pub fn commands_in(script: &str) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    for line in script.lines() {
        if let Ok(line) = split(line) {
            commands.push(Vec::new());
            cut(&line.words, &mut commands);
        }
    }
    commands
}

/// The commands that a command line of a fly.toml runs: its own words, or those of the script that it hands to a shell.
/// None where a shell would be needed and there is none.
pub fn programs(line: &str) -> Vec<Vec<String>> {
    let Ok(words) = split(line) else { return Vec::new() };
    let texts: Vec<&str> = words.words.iter().map(|word| word.text.as_str()).collect();
    let mut programs = match shell_script(&texts) {
        Some(script) => commands_in(script),
        None if words.words.iter().any(|word| matches!(word.live.as_str(), "&&" | "||" | "|" | "&" | ";")) => {
            Vec::new()
        }
        None => vec![words.words.into_iter().map(|word| word.text).collect()],
    };
    for program in &mut programs {
        if program.first().is_some_and(|word| word == "exec") {
            program.remove(0);
        }
    }
    programs.retain(|program| !program.is_empty());
    programs
}

/// Cuts the words of a line into commands. The first one is there already.
fn cut(words: &[Word], commands: &mut Vec<Vec<String>>) {
    // Whether what comes next is the file of a redirection, and no argument.
    let mut file = false;
    for word in words {
        let mut piece = String::new();
        for (c, live) in word.text.chars().zip(word.live.chars()) {
            match live {
                '<' | '>' => {
                    // `2>` has the number of what is redirected.
                    if !piece.bytes().all(|b| b.is_ascii_digit()) {
                        end(&mut piece, &mut file, commands);
                    }
                    piece.clear();
                    file = true;
                }
                '&' if file && piece.is_empty() => {}
                '&' | '|' | ';' | '(' | ')' => {
                    end(&mut piece, &mut file, commands);
                    commands.push(Vec::new());
                    file = false;
                }
                _ => piece.push(c),
            }
        }
        end(&mut piece, &mut file, commands);
    }
}

/// Adds a word to the last command, unless it is the file of a redirection.
fn end(piece: &mut String, file: &mut bool, commands: &mut [Vec<String>]) {
    if piece.is_empty() {
        return;
    }
    let piece = std::mem::take(piece);
    match commands.last_mut() {
        Some(command) if !*file => command.push(piece),
        _ => *file = false,
    }
}

impl Word {
    fn empty() -> Self {
        Self { text: String::new(), live: String::new() }
    }

    fn push(&mut self, c: char, live: bool) {
        self.text.push(c);
        self.live.push(if live { c } else { '\0' });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).unwrap().words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_of_a_command() {
        assert_eq!(texts(" node  dist/server.js\t--port 80 "), ["node", "dist/server.js", "--port", "80"]);
        assert_eq!(texts(r#"a 'b c'd "e\"f" "\g" h\ i '' a#b"#), ["a", "b cd", "e\"f", "g", "h i", "", "a#b"]);
        assert_eq!(texts("a # it's\nb"), ["a", "b"]);
        assert_eq!(split("a #b").unwrap().comment, Some(2));
    }

    #[test]
    fn what_flyctl_refuses() {
        assert_eq!(split("node it's"), Err(Unsplittable::OpenQuote('\'', 7)));
        assert_eq!(split("a \"b"), Err(Unsplittable::OpenQuote('"', 2)));
        assert_eq!(split("a\\"), Err(Unsplittable::Backslash));
        assert_eq!(split("\"a\\"), Err(Unsplittable::Backslash));
    }

    #[test]
    fn what_a_shell_would_act_on() {
        let live: Vec<String> = split(r#"a$b "$c;" '$d' \$e"#).unwrap().words.into_iter().map(|w| w.live).collect();
        assert_eq!(live, ["a$b", "$\0\0", "\0\0", "\0e"]);
    }

    #[test]
    fn scripts_for_a_shell() {
        assert_eq!(shell_script(&["/bin/sh", "-c", "a && b"]), Some("a && b"));
        assert_eq!(shell_script(&["exec", "bash", "-e", "-lc", "a"]), Some("a"));
        assert_eq!(shell_script(&["bash", "run.sh", "-c", "a"]), None);
        assert_eq!(shell_script(&["node", "a.js"]), None);
    }

    #[test]
    fn programs_of_a_line() {
        let of = |line: &str| -> Vec<String> { programs(line).iter().map(|words| words.join(" ")).collect() };
        assert_eq!(of("exec node a.js"), ["node a.js"]);
        assert_eq!(of("sh -c 'a b; exec c'"), ["a b", "c"]);
        assert!(of("a && b").is_empty() && of("a 'b").is_empty() && of("").is_empty());
    }

    #[test]
    fn commands_of_a_script() {
        let of = |line: &str| -> Vec<String> { commands_in(line).iter().map(|words| words.join(" ")).collect() };
        assert_eq!(of("a b;c 2>&1 >x d&&e<f|g"), ["a b", "c d", "", "e", "g"]);
        assert_eq!(of("a 'b;c' > x y"), ["a b;c y"]);
    }
}
