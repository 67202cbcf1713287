//! Specs that somebody fell asleep over: tokens missing, doubled, exchanged, one spec in the middle of another.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::documents::HOSTILE;
use super::examples;

/// Specs to begin with.
pub(crate) fn specs() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<String> = ["specs", "tests/specs"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)).sort_by_file_name())
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "toml"))
        .map(|entry| std::fs::read_to_string(entry.path()).unwrap())
        .collect();
    for rule in flyarch::rules::RULES {
        texts.extend(examples::of(rule, "bad"));
        texts.extend(examples::of(rule, "good"));
    }
    texts
}

#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    Delete(Index),
    Double(Index),
    Exchange(Index, Index),
    /// Takes a token of the other spec.
    Borrow(Index, Index),
    Insert(Index, &'static str),
    /// Continues with the other spec.
    Splice(Index, Index),
    DeleteLine(Index),
    MoveLine(Index, Index),
    Crlf,
    ByteOrderMark,
    Nest(Index, &'static str, usize),
}

pub(crate) fn mutations() -> impl Strategy<Value = Mutation> {
    use Mutation::*;
    let i = any::<Index>;
    let mut typed = HOSTILE.to_vec();
    typed.extend([
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        "=",
        "[app.web]",
        "x = 1",
        "true",
        "nan",
        "1979-05-27",
        "\r",
        "[[app]]",
    ]);
    prop_oneof![
        4 => i().prop_map(Delete),
        2 => i().prop_map(Double),
        3 => (i(), i()).prop_map(|(a, b)| Exchange(a, b)),
        3 => (i(), i()).prop_map(|(a, b)| Borrow(a, b)),
        3 => (i(), select(typed)).prop_map(|(at, text)| Insert(at, text)),
        1 => (i(), i()).prop_map(|(a, b)| Splice(a, b)),
        2 => i().prop_map(DeleteLine),
        2 => (i(), i()).prop_map(|(a, b)| MoveLine(a, b)),
        1 => Just(Crlf),
        1 => Just(ByteOrderMark),
        1 => (i(), select(vec!["[", "{a=", "a."]), 1_usize..300).prop_map(|(at, open, n)| Nest(at, open, n)),
    ]
}

/// The tokens of a text; together they are the text.
fn tokens(text: &str) -> Vec<String> {
    let tokens = toml_parser::Source::new(text).lex();
    tokens.filter_map(|token| text.get(token.span().start()..token.span().end())).map(str::to_owned).collect()
}

pub(crate) fn mutated(text: &str, other: &str, mutations: &[Mutation]) -> String {
    mutations.iter().fold(text.to_owned(), |text, mutation| one(&text, other, mutation))
}

fn one(text: &str, other: &str, mutation: &Mutation) -> String {
    let (mut list, others) = (tokens(text), tokens(other));
    if text.is_empty() || other.is_empty() {
        return other.to_owned();
    }
    let at = |index: &Index| index.index(list.len());
    match mutation {
        Mutation::Delete(i) => drop(list.remove(at(i))),
        Mutation::Double(i) => {
            let i = at(i);
            list.insert(i, list[i].clone());
        }
        Mutation::Exchange(i, j) => {
            let (i, j) = (at(i), at(j));
            list.swap(i, j);
        }
        Mutation::Borrow(i, j) => {
            let i = at(i);
            list[i].clone_from(&others[j.index(others.len())]);
        }
        Mutation::Insert(i, typed) => {
            let i = at(i);
            list.insert(i, (*typed).to_owned());
        }
        Mutation::Splice(i, j) => {
            list.truncate(at(i));
            list.extend_from_slice(&others[j.index(others.len())..]);
        }
        Mutation::DeleteLine(i) | Mutation::MoveLine(i, _) => {
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let line = lines.remove(i.index(lines.len()));
            if let Mutation::MoveLine(_, to) = mutation {
                lines.insert(to.index(lines.len() + 1), line);
            }
            return lines.concat();
        }
        Mutation::Crlf => return text.replace("\r\n", "\n").replace('\n', "\r\n"),
        Mutation::ByteOrderMark => return format!("\u{feff}{text}"),
        Mutation::Nest(i, open, depth) => {
            let i = at(i);
            list.insert(i, open.repeat(*depth));
        }
    }
    list.concat()
}
