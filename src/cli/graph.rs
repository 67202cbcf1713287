//! `flyarch graph`

use std::fs;
use std::io;
use std::path::Path;

use super::args::{Graph as Args, GraphFormat};
use super::edit::{create, replace};
use super::{CLEAN, FINDINGS, Failure, cost, input, print, say};
use crate::graph::{Graph, dot, mermaid, svg};
use crate::source::Source;

/// Where the picture begins in a Markdown file.
const BEGIN: &str = "<!-- flyarch:graph -->";
/// Where it ends.
const END: &str = "<!-- /flyarch:graph -->";

pub(super) fn run(args: &Args) -> Result<i32, Failure> {
    let file = args.inject.as_deref().or(args.output.as_deref().filter(|path| *path != Path::new("-")));
    if args.check && file.is_none() {
        return Err(Failure::usage("--check compares with a file: name it with --output or --inject"));
    }
    // What cannot be written to is said before anything is drawn.
    let old = file.map(read).transpose()?.flatten();
    let one = |source: &Source| Ok(vec![input::environment(source, args.env.as_deref())?]);
    let model = match cost::models(args.spec.as_deref(), one)? {
        Ok(models) => models.into_iter().next().map(|(_, model)| model),
        Err(code) => return Ok(code),
    };
    let graph = model.as_ref().map(Graph::of).unwrap_or_default();
    let text = match &args.inject {
        Some(path) => {
            let page = old.as_deref().ok_or_else(|| Failure::input(format!("there is no {}", path.display())))?;
            injected(page, &mermaid(&graph)).map_err(|why| Failure::usage(format!("{}: {why}", path.display())))?
        }
        None => match args.format.unwrap_or_else(|| format_of(file)) {
            GraphFormat::Mermaid => mermaid(&graph),
            GraphFormat::Dot => dot(&graph),
            GraphFormat::Svg => svg(&graph).ok_or_else(|| {
                Failure::usage("the architecture is too large for a picture: take --format dot or mermaid")
            })?,
        },
    };
    let Some(file) = file else {
        print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
        return Ok(CLEAN);
    };
    let is_current = old.as_deref() == Some(text.as_str());
    if args.check {
        if !is_current {
            say(format_args!("{} is stale: run `flyarch graph` without --check", file.display()));
        }
        return Ok(if is_current { CLEAN } else { FINDINGS });
    }
    match (is_current, old) {
        (true, _) => say(format_args!("{} is up to date", file.display())),
        (false, old) => {
            if old.is_some() {
                replace(file, &text)?;
            } else {
                create(file, &text)?;
            }
            say(format_args!("wrote {}", file.display()));
        }
    }
    Ok(CLEAN)
}

/// What a file holds; none where there is no file.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::input(format!("cannot read {}: {error}", path.display()))),
    }
}

/// The format that the name of a file asks for.
fn format_of(file: Option<&Path>) -> GraphFormat {
    match file.and_then(Path::extension).and_then(|ending| ending.to_str()) {
        Some("svg") => GraphFormat::Svg,
        Some("dot" | "gv") => GraphFormat::Dot,
        _ => GraphFormat::Mermaid,
    }
}

/// A page with the picture between its markers: lines of their own, and none in an example.
fn injected(page: &str, picture: &str) -> Result<String, String> {
    let mut fence: Option<&str> = None;
    let (mut begin, mut end) = (None, None);
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let text = line.trim();
        match fence {
            Some(open) if text.starts_with(open) && text.trim_matches(['`', '~']).is_empty() => fence = None,
            Some(_) => continue,
            None if text.starts_with("```") || text.starts_with("~~~") => {
                let mark = text.len() - text.trim_start_matches(['`', '~']).len();
                fence = Some(&text[..mark]);
            }
            None => {}
        }
        match text {
            BEGIN if begin.is_some() => return Err(format!("`{BEGIN}` stands there twice")),
            BEGIN => begin = Some(at),
            END if begin.is_some() && end.is_none() => end = Some(start),
            END => return Err(format!("`{END}` stands there without `{BEGIN}` before it")),
            _ => {}
        }
    }
    let (Some(begin), Some(end)) = (begin, end) else {
        let missing = if begin.is_none() { BEGIN } else { END };
        return Err(format!("there is no line `{missing}`: write it where the picture shall be, and `{END}` below it"));
    };
    let newline = if page[..begin].ends_with("\r\n") { "\r\n" } else { "\n" };
    let block = format!("\n```mermaid\n{picture}```\n\n").replace('\n', newline);
    Ok([&page[..begin], &block, &page[end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::injected;

    #[test]
    fn what_stands_around_stays() {
        let page = "# A\r\n<!-- flyarch:graph -->\r\nold\r\n<!-- /flyarch:graph -->\r\nend";
        let new = injected(page, "flowchart LR\n").unwrap();
        assert_eq!(
            new,
            "# A\r\n<!-- flyarch:graph -->\r\n\r\n```mermaid\r\nflowchart LR\r\n```\r\n\r\n<!-- /flyarch:graph -->\r\nend"
        );
        assert_eq!(injected(&new, "flowchart LR\n").unwrap(), new);
    }

    #[test]
    fn markers_in_examples_are_none() {
        let example = "````md\n```\n<!-- flyarch:graph -->\n<!-- /flyarch:graph -->\n```\n````\n";
        assert!(injected(example, "x\n").is_err());
        let page = format!("{example}<!-- flyarch:graph -->\n<!-- /flyarch:graph -->\n");
        let new = injected(&page, "x\n").unwrap();
        assert!(new.starts_with(example) && new.ends_with("```mermaid\nx\n```\n\n<!-- /flyarch:graph -->\n"), "{new}");
    }

    #[test]
    fn markers_that_do_not_fit_are_refused() {
        for page in [
            "",
            "<!-- flyarch:graph -->\n",
            "<!-- /flyarch:graph -->\n<!-- flyarch:graph -->\n",
            "<!-- flyarch:graph -->\n<!-- flyarch:graph -->\n<!-- /flyarch:graph -->\n",
        ] {
            assert!(injected(page, "x\n").is_err(), "{page}");
        }
    }
}
