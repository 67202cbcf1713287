//! Edits of texts, as small as they can be.

use super::*;
use crate::source::FileId;

fn range_of(source: &Source, needle: &str) -> TextRange {
    let start = source.text().find(needle).unwrap();
    TextRange::new(start, start + needle.len())
}

fn run(text: &str, make: impl Fn(Edits<'_>, &Source) -> Option<Edit>) -> String {
    let source = Source::new("t", text);
    let edit = make(Edits::new(&source, FileId(0)), &source).unwrap();
    let fix = Fix { title: "t".into(), applicability: Applicability::Safe, edits: vec![edit] };
    apply(&source, [&fix]).0
}

#[test]
fn words_keep_their_quotes() {
    for (text, word, mended) in
        [("a = \"x\"", "\"x\"", "a = \"yz\""), ("a = 'x'", "'x'", "a = 'yz'"), ("x = 1", "x", "yz = 1")]
    {
        assert_eq!(run(text, |e, s| Some(e.replace_word(range_of(s, word), "yz"))), mended);
    }
}

#[test]
fn entries_go_below_the_header_and_keep_its_comment() {
    let out = run("[a] # why\n  x = 1\n", |e, s| e.insert_entry(range_of(s, "[a]"), "y", "2"));
    assert_eq!(out, "[a] # why\n  y = 2\n  x = 1\n");
    assert_eq!(run("[a]", |e, s| e.insert_entry(range_of(s, "[a]"), "y", "2")), "[a]\ny = 2");
    assert_eq!(run("[a]\r\nx=1\r\n", |e, s| e.insert_entry(range_of(s, "[a]"), "y", "2")), "[a]\r\ny = 2\r\nx=1\r\n");
}

#[test]
fn entries_go_into_braces() {
    assert_eq!(run("a = { x = 1 }", |e, s| e.insert_entry(range_of(s, "{ x = 1 }"), "y", "2")), "a = { y = 2, x = 1 }");
    assert_eq!(run("a = {}", |e, s| e.insert_entry(range_of(s, "{}"), "y", "2")), "a = { y = 2 }");
}

#[test]
fn entries_that_are_there_are_not_inserted_again() {
    for (text, table) in [
        ("[a]\n# x\nx = [\n  1, # y\n]\n[b]\ny = 1\n", "[a]"),
        ("a = { z = [1, 2], x = { y = 1 } }", "{ z = [1, 2], x = { y = 1 } }"),
    ] {
        let source = Source::new("t", text);
        let edits = Edits::new(&source, FileId(0));
        assert_eq!(edits.insert_entry(range_of(&source, table), "x", "2"), None, "{text}");
        assert!(edits.insert_entry(range_of(&source, table), "y", "2").is_some(), "{text}");
        let has = |key| edits.has_entry(Some(range_of(&source, table)), key);
        assert!(has("x") && !has("y"), "{text}");
        assert_eq!(edits.has_entry(None, "a"), text.starts_with('a'), "{text}");
    }
}

#[test]
fn tables_go_below_the_entries_of_theirs() {
    let add = |e: Edits<'_>, s: &Source| {
        e.insert_list_of_tables(range_of(s, "[a.b]"), "c", &[("x", "1".to_owned()), ("y", "2".to_owned())])
    };
    assert_eq!(run("[a.b]\n", add), "[a.b]\n\n[[a.b.c]]\nx = 1\ny = 2\n");
    assert_eq!(run("[a.b]\n[d]\n", add), "[a.b]\n\n[[a.b.c]]\nx = 1\ny = 2\n\n[d]\n");
    assert_eq!(
        run("[a.b] # b\nz = [\n[1],\n] # z\n\n# about d\n[a.b.d]\n", add),
        "[a.b] # b\nz = [\n[1],\n] # z\n\n[[a.b.c]]\nx = 1\ny = 2\n\n# about d\n[a.b.d]\n"
    );
}

#[test]
fn keys_of_values() {
    let key = |text: &str| {
        let source = Source::new("t", text);
        Edits::new(&source, FileId(0)).key_of(range_of(&source, "1")).map(|key| source.slice(key).to_owned())
    };
    assert_eq!(key("a = 2\n  b = 1\n").as_deref(), Some("b"));
    assert_eq!(key("a = { b = 2, c-d=1 }").as_deref(), Some("c-d"));
    assert_eq!(key("a.b = 1"), None);
    assert_eq!(key("\"a\" = 1"), None);
    assert_eq!(key("a = [1]"), None);
}

#[test]
fn removing_takes_the_line_or_the_comma() {
    let remove = |e: Edits<'_>, s: &Source| e.remove_entry(range_of(s, "x"), range_of(s, "1"));
    assert_eq!(run("# keep\nx = 1\ny = 2\n", remove), "# keep\ny = 2\n");
    assert_eq!(run("  x = 1   # keep\ny = 2\n", remove), "  # keep\ny = 2\n");
    assert_eq!(run("a = { x = 1, y = 2 }", remove), "a = { y = 2 }");
    assert_eq!(run("a = { y = 2, x = 1 }", remove), "a = { y = 2 }");
    assert_eq!(run("a = { x = 1 }", remove), "a = {  }");
    let item = |e: Edits<'_>, s: &Source| e.remove_entry(range_of(s, "x"), range_of(s, "x"));
    assert_eq!(run("a = [x, y]", item), "a = [y]");
    assert_eq!(run("a = [y, x]", item), "a = [y]");
    assert_eq!(run("a = [ x ]", item), "a = [  ]");
}

#[test]
fn items_go_to_the_end() {
    let add = |e: Edits<'_>, s: &Source| {
        let start = s.text().find('[').unwrap();
        e.append_item(TextRange::new(start, s.text().len()), "\"b\"")
    };
    assert_eq!(run("a = [\"a\"]", add), "a = [\"a\", \"b\"]");
    assert_eq!(run("a = []", add), "a = [\"b\"]");
    assert_eq!(run("a = [\"a\", ]", add), "a = [\"a\", \"b\" ]");
}

#[test]
fn overlapping_fixes_wait_for_the_next_round() {
    let source = Source::new("t", "abcdef");
    let fix = |start, end, with: &str| Fix {
        title: with.into(),
        applicability: Applicability::Safe,
        edits: vec![Edit { span: Span { file: FileId(0), range: TextRange::new(start, end) }, with: with.into() }],
    };
    let (out, applied) = apply(&source, [&fix(0, 3, "X"), &fix(2, 4, "Y"), &fix(5, 6, "Z")]);
    assert_eq!((out.as_str(), applied), ("XdeZ", 2));
}
