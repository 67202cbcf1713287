//! Values of secrets arrive byte for byte, or are refused, and are seen nowhere on the way.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;

use flyarch::sim::state::{Record, digest};

use super::options::SMALL;
use super::runs::everything;
use super::tools::tool;
use super::world::{Account, Run, Tree, bash, files, program};

/// Values that have gone wrong somewhere.
fn nasty() -> Vec<Vec<u8>> {
    let long = |n: usize| "x".repeat(n);
    let mut values: Vec<String> = [
        "plain",
        " ",
        "  both sides  ",
        "\ttab\t",
        "a=b=c",
        "#",
        "a#b",
        "a #b",
        "#a",
        "\"",
        "\"\"",
        "\"\"\"",
        "\"\"\"\"",
        "\"quoted\"",
        "'",
        "''",
        "'quoted'",
        "it's",
        "a\"b",
        "a\"b#c",
        "a\"b#c\"d",
        "\"a#b\"",
        "\"#",
        "'#\"",
        " \"#",
        "x\"#",
        "\"\"\"#",
        "\\",
        "\\n",
        "\\\"",
        "$HOME",
        "$(touch pwned)",
        "`touch pwned`",
        "${IFS}",
        "a;b|c&d>e<f",
        "%s %d %%",
        "-n",
        "--help",
        "!history",
        "*",
        "~",
        "line\nline",
        "line\n",
        "\nline",
        "\n",
        "\n\n",
        "a\n\"\"\"",
        "a\n\"\"\"\nb",
        "\"\"\"\na",
        "\"\"\"a\nb",
        "a\"\"\"\nb",
        "a\nb\"",
        "a\nb\"\"",
        "a\n#b\nc",
        "a#b\nc",
        "a\"#b\nc",
        "A=1\nB=2",
        "export A=1",
        "cr\r",
        "cr\r\n",
        "a\r\nb",
        "a\nb\r",
        "\r",
        "a\rb",
        "é",
        "日本語",
        "🔑",
        "\u{a0}nbsp\u{a0}",
        "\u{a0}\"#\u{a0}",
        "x\"#\u{2003}",
        "\u{2028}",
        "\u{feff}bom",
        "\u{fffd}",
        "-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
        "{\"a\": \"b#c\", \"d\": [1, 2]}",
        "postgres://u:p%40ss@h:5432/d?a=b#c",
    ]
    .map(str::to_owned)
    .to_vec();
    values.extend([long(59_990), long(59_999), long(60_000), long(65_000), long(65_535), long(65_536), long(65_537)]);
    values.push(format!("{}\n{}", long(100), long(60_000)));
    values.push(format!("{} ", long(61_000)));
    values.push(format!("a\n{}", "line of text\n".repeat(2000)));
    let mut values: Vec<Vec<u8>> = values.into_iter().map(String::into_bytes).collect();
    values.extend([b"\xff".to_vec(), b"a\xe9b".to_vec(), b"\xed\xa0\x80".to_vec(), b"ok \xf0\x28\x8c\x28".to_vec()]);
    values
}

/// Values of pieces that mean something to a shell or to flyctl's parser, drawn with a fixed seed.
fn drawn(count: usize) -> Vec<Vec<u8>> {
    let pieces = ["\"", "\"\"\"", "'", "#", " ", "\n", "\r", "\\", "=", "a", "bc", "$(x)", "`", "é", "\t", "\u{a0}"];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(below).unwrap()).unwrap()
    };
    let value =
        |next: &mut dyn FnMut(usize) -> usize| (0..=next(7)).map(|_| pieces[next(pieces.len())]).collect::<String>();
    (0..count).map(|_| value(&mut next).into_bytes()).collect()
}

/// Whether some way leads through flyctl for a value (flyctl-commands 4.2 and 4.3, and what JSON can carry).
fn possible(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let lines: Vec<&str> = text.split('\n').collect();
    let (last, others) = lines.split_last().unwrap();
    let cut = text.split('\n').next().and_then(|first| first.split_once('#'));
    let odd = cut.is_some_and(|(before, _)| before.matches('"').count() % 2 == 1);
    let import = last.len() < 60_000
        && (others.is_empty() || !odd)
        && others.iter().all(|line| line.len() < 60_000 && !line.ends_with("\"\"\"") && !line.ends_with('\r'));
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_graphic());
    import || (value.len() <= 65_536 && ends(text.chars().next()) && ends(text.chars().next_back()))
}

/// Sets each value with the functions of a generated script, and tells what came of it: whether it was refused, with
/// which words, and the digest that is there now.
fn set_each(values: &[Vec<u8>]) -> Vec<(i32, String, Option<String>)> {
    let spec = SMALL.replace("[app.web]", "[app.web]\nsecrets = [\"TOKEN\"]");
    let script = files(&spec)["setup.sh"].text.clone();
    let (functions, _) = script.split_once("while [ $# -gt 0 ]; do").unwrap();
    let account = Account::new("personal");
    account.fly("apps create small-web --org personal");
    let folder = account.folder().join("../values");
    fs::create_dir(&folder).unwrap();
    for (i, value) in values.iter().enumerate() {
        fs::write(folder.join(i.to_string()), value).unwrap();
    }
    let run = format!(
        "{functions}\nFLY=fly STATE=$(mktemp -d)\ntrap 'rm -r \"$STATE\"' EXIT\ni=0\nwhile [ \"$i\" -lt {} ]; do\n  (trap - EXIT; secret_file small-web \"V$i\" \"$1/$i\") >/dev/null 2>\"$1/$i.error\" && code=0 || code=$?\n  echo \"$code\" >\"$1/$i.code\"\n  forget secrets.small-web\n  i=$((i + 1))\ndone\n",
        values.len()
    );
    let path = folder.join("run.sh");
    program(&path, &run);
    let ran = account.command(bash(), [&path, &folder]);
    ran.ends(0);
    let state = account.state();
    let read = |name: String| fs::read_to_string(folder.join(name)).unwrap();
    (0..values.len())
        .map(|i| {
            let stored = state.apps["small-web"].secrets.get(&format!("V{i}")).map(|secret| secret.digest.clone());
            (read(format!("{i}.code")).trim().parse().unwrap(), read(format!("{i}.error")), stored)
        })
        .collect()
}

fn arrive_or_are_refused(values: &[Vec<u8>]) {
    for (value, (code, error, stored)) in values.iter().zip(set_each(values)) {
        let shown = String::from_utf8_lossy(value).chars().take(80).collect::<String>();
        if possible(value) {
            assert_eq!((code, stored), (0, Some(digest(value))), "{shown:?}: {error}");
        } else {
            assert_eq!((code, stored), (23, None), "{shown:?}: {error}");
            assert!(error.contains("decode it from base64"), "{shown:?}: {error}");
        }
    }
}

pub(crate) fn nasty_values_arrive_or_are_refused() {
    arrive_or_are_refused(&nasty());
}

pub(crate) fn drawn_values_arrive_or_are_refused() {
    arrive_or_are_refused(&drawn(250));
}

pub(crate) fn values_from_all_sources_arrive() {
    let spec = SMALL.replace(
        "[app.web]",
        "[app.web]\nsecrets.A = { env = \"VALUE\" }\nsecrets.B = { file = \"b\" }\nsecrets.C = { command = [\"printf\", \"%s\\n\\n\", \"c\"] }\nsecrets.D = { generate = \"hex16\" }\nsecrets.E = { generate = \"hex64\" }\nsecrets.F = { generate = \"base64\" }",
    );
    for value in [&b"a \"#' \n b"[..], b"\x01\x02", "é\"#é".as_bytes()] {
        let tree = Tree::new(&spec);
        tree.file("b", value);
        let account = Account::new("personal").with("VALUE", OsString::from_vec(value.to_vec()));
        let run = account.run(&tree, &[]);
        run.ends(0);
        let secrets = &account.state().apps["small-web"].secrets;
        assert_eq!(secrets["A"].digest, digest(value));
        assert_eq!(secrets["B"].digest, digest(value));
        // What a command prints has line breaks at its end that nobody means.
        assert_eq!(secrets["C"].digest, digest(b"c"));
        for (name, length, hexadecimal) in [("D", 32, true), ("E", 128, true), ("F", 44, false)] {
            let set =
                run.calls.iter().filter(|call| call.command == "secrets import").filter_map(|call| call.stdin.clone());
            let lines: Vec<String> = set.map(|stdin| String::from_utf8_lossy(&stdin).into_owned()).collect();
            let line = lines.iter().find_map(|line| line.strip_prefix(&format!("{name}=\""))).unwrap();
            let value = line.trim_end().trim_end_matches('"');
            assert_eq!(value.len(), length);
            assert!(!hexadecimal || value.bytes().all(|b| b.is_ascii_hexdigit()), "{value}");
        }
        // Made once, and never again.
        let before = account.state();
        account.run(&tree, &["--update-secrets"]).ends(0);
        let after = account.state();
        for name in ["D", "E", "F"] {
            assert_eq!(after.apps["small-web"].secrets[name], before.apps["small-web"].secrets[name]);
        }
    }
    let tree = Tree::new(&spec);
    tree.file("b", b"zero \0 byte");
    let account = Account::new("personal").with("VALUE", "v");
    account.run(&tree, &[]).ends(23).says("decode it from base64");
    assert!(!account.state().apps["small-web"].secrets.contains_key("B"));
}

/// All ways in which a value might be written.
fn forms(value: &str) -> Vec<String> {
    let mut percent = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() {
            percent.push(char::from(byte));
        } else {
            write!(percent, "%{byte:02X}").unwrap();
        }
    }
    let mut forms = vec![value.to_owned(), base64(value.as_bytes()), percent.clone(), percent.to_lowercase()];
    let json = serde_json::to_string(value).unwrap();
    forms.push(json.trim_matches('"').to_owned());
    forms.extend(value.lines().filter(|line| line.len() > 7).map(str::to_owned));
    forms
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).map(|group| {
        let bits = group.iter().fold(0_usize, |bits, b| bits << 8 | usize::from(*b)) << (8 * (3 - group.len()));
        (0..=group.len()).map(|i| char::from(DIGITS[bits >> (18 - 6 * i) & 63])).collect::<String>()
    });
    // Without the padding: a longer text that has it inside is found too.
    groups.collect()
}

/// Fails when a value is in what was shown, in the words of a command or in its environment.
#[track_caller]
fn shows_none(run: &Run, values: &[&str]) {
    for value in values {
        for form in forms(value) {
            for (place, text) in [("standard output", &run.stdout), ("standard error", &run.stderr)] {
                assert!(!text.contains(&form), "{form:?} is in {place}\n{run}");
            }
            for call in &run.calls {
                assert!(!call.argv.iter().any(|word| word.contains(&form)), "{form:?} is in {:?}", call.argv);
            }
        }
        let digest = digest(value.as_bytes());
        for call in &run.calls {
            let found = call.environment.iter().find(|(_, value)| **value == digest);
            assert!(found.is_none(), "{value:?} is in the environment of {:?}: {found:?}", call.argv);
        }
    }
    assert!(!run.stdout.contains("s3cr3t-") && !run.stderr.contains("s3cr3t-"), "credentials are shown\n{run}");
    assert!(run.calls.iter().all(|call| !call.argv.join(" ").contains("s3cr3t-")), "credentials are arguments\n{run}");
}

/// Values that were made on the way.
fn generated(calls: &[Record]) -> Vec<String> {
    let stdin =
        calls.iter().filter_map(|call| call.stdin.as_ref()).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let lines: Vec<String> = stdin.collect();
    let values = lines.iter().filter_map(|line| line.strip_prefix("COOKIE_SECRET=\""));
    values.map(|value| value.trim_end().trim_matches('"').to_owned()).collect()
}

pub(crate) fn no_value_is_seen() {
    let file = "-----BEGIN KEY-----\nab#c\"\n-----END KEY-----\n";
    for traced in [false, true] {
        let (tree, mut account) = everything();
        // A command gets its own environment; what is a secret of the script is not for it.
        account.set("SHELLOPTS_OF_THE_TEST", "");
        let script = tree.script();
        let args: Vec<&str> =
            if traced { vec!["-x", "-v", script.to_str().unwrap()] } else { vec![script.to_str().unwrap()] };
        let first = account.command(bash(), &args);
        first.ends(10);
        account.fly("secrets set LICENSE=bought --stage -a all-web");
        let again = account.command(bash(), [&args[..], &["--update-secrets"]].concat());
        again.ends(0);
        for run in [&first, &again] {
            let mut values: Vec<String> =
                ["s ess\"ion # key", "key-of-the-api", "to#ken \"42\"", file].map(str::to_owned).to_vec();
            values.extend(generated(&first.calls));
            assert_eq!(values.len(), 5);
            shows_none(run, &values.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}

pub(crate) fn no_value_is_seen_when_something_fails() {
    let spec = SMALL.replace(
        "[app.web]",
        "[app.web]\nsecrets.A = { env = \"VALUE\" }\nsecrets.B = { file = \"b\" }\nsecrets.C = { command = [\"sh\", \"-c\", \"echo $0; echo $0 >&2; exit 1\", \"stand-in\"] }",
    );
    let tree = Tree::new(&spec);
    tree.file("b", "value-of-the-file\"#");
    let value = "value-of-the-variable";
    // A client with another parser may say the line that it did not understand.
    let account = Account::new("personal").with("VALUE", value);
    let folder = account.folder().join("../bin");
    fs::create_dir(&folder).unwrap();
    let fly = format!(
        "#!/bin/sh\ncase \"$*\" in 'secrets import'*) line=$(cat); echo \"Error: Failed to parse secrets from stdin: Secrets must be provided as NAME=VALUE pairs ($line is invalid)\" >&2; exit 1 ;; esac\nexec {}/fly \"$@\"\n",
        super::world::bin().display()
    );
    program(&folder.join("fly"), &fly);
    let mut account = account;
    let path =
        std::env::join_paths([folder, super::world::bin().to_owned(), "/usr/bin".into(), "/bin".into()]).unwrap();
    account.set("PATH", path);
    let run = account.run(&tree, &[]);
    run.ends(23).says("secret A of small-web was not stored");
    shows_none(&run, &[value, "value-of-the-file"]);

    let account = Account::new("personal").with("VALUE", value);
    let run = account.run(&tree, &[]);
    run.ends(10).says("the command of secret C failed");
    shows_none(&run, &[value, "value-of-the-file\"#"]);
}

pub(crate) fn names_of_the_environment_are_few() {
    let (tree, account) = everything();
    let run = account.run(&tree, &[]);
    run.ends(10);
    let names: BTreeSet<&str> = run.calls.iter().flat_map(|call| call.environment.keys().map(String::as_str)).collect();
    for name in ["PROD_SESSION_KEY", "API_KEY", "SECRET", "STATE", "value", "line"] {
        assert!(!names.contains(name), "{name}");
    }
    assert!(tool("bash").is_some());
}
