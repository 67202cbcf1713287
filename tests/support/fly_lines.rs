//! The lines of `fly` in a script: those of its steps, and those of its functions with a word for every variable.

/// Every command of a script, as the words behind `fly`.
pub(crate) fn of(script: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let script = script.replace("\\\n", " ");
    for line in script.lines().filter(|line| !line.trim_start().starts_with('#')) {
        // Of a step the words are those of the user too, and its end is the line of the spec.
        let is_step = line.starts_with("step ");
        for rest in line.split("\"$FLY\" ").skip(1) {
            let rest = if is_step { &rest[..rest.rfind("  # ").unwrap_or(rest.len())] } else { rest };
            // `redis list` and `storage list` are one line of the script.
            let kinds = if rest.contains("$kind") { &["redis", "storage"][..] } else { &[""] };
            lines.extend(kinds.iter().map(|kind| words(&rest.replace("\"$kind\"", kind), is_step)));
        }
    }
    lines
}

/// The words of a command, up to where it ends.
fn words(rest: &str, is_step: bool) -> Vec<String> {
    let mut end = rest.len();
    if !is_step {
        // In a function, no word of a command holds what ends it.
        let marks = [" <", " >", " 2>", " |", ")", ";", " &&", "; then"];
        end = marks.iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    }
    let words = shlex::split(&rest[..end]).unwrap_or_else(|| panic!("no words: {rest}"));
    words
        .into_iter()
        .map(|word| if is_step { word } else { filled(&word) })
        .map(|word| word.replace("$HERE", "."))
        .collect()
}

/// A word with something for each variable in it.
fn filled(word: &str) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some((before, variable)) = rest.split_once('$') {
        out.push_str(before);
        let (name, behind) = match variable.strip_prefix('{') {
            Some(braced) => braced.split_once('}').unwrap(),
            None => variable
                .split_at(variable.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(variable.len())),
        };
        out.push_str(match name {
            "days" | "gb" => "7",
            "snapshots" => "true",
            "list" => "198.51.100.1",
            _ => "some",
        });
        rest = behind;
    }
    out + rest
}

/// What a line is, but for the words that differ from app to app: the command and the names of its flags.
pub(crate) fn shape(words: &[String]) -> String {
    // Behind `deploy` stands a folder.
    let depth = if words.first().is_some_and(|word| word == "deploy") { 1 } else { 2 };
    let command = words.iter().take_while(|word| !word.starts_with('-')).take(depth);
    let flags = words.iter().filter(|word| word.starts_with('-')).map(|word| word.split('=').next().unwrap());
    let mut flags: Vec<&str> = flags.collect();
    flags.sort_unstable();
    command.map(String::as_str).chain(flags).collect::<Vec<_>>().join(" ")
}
