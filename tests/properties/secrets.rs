//! No secret is shown or written, wherever somebody puts it and whatever else is wrong.

use flyarch::facts::{FACTS, SecretShape, TokenChars};
use flyarch::source::Source;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support;
use crate::support::invariants::{compiled, emitted};

/// What follows the prefix of a token: as long as its issuer makes it, in an order that no text has by chance.
fn body(shape: &SecretShape, seed: usize) -> String {
    let hex = shape.chars == TokenChars::Hex;
    let alphabet: &[u8] = if hex { b"0123456789abcdef" } else { b"q7RtZ0xk3VbN9cLmW5sYh2GfD8pJ4aT6" };
    (0..shape.min.max(16) + 4).map(|i| char::from(alphabet[(i * 7 + i * i * 3 + seed) % alphabet.len()])).collect()
}

/// Places for a token, `@`; in a spec that is otherwise right, or not.
const PLACES: &[&str] = &[
    "[app.web.env]\nX = \"@\"",
    "[app.web.env]\nX = '@'",
    "[app.web.env]\nX = \"\"\"\n@\n\"\"\"",
    "[app.web.env]\nX = '''@'''",
    "[app.web.env]\nX = [\"@\"]",
    "[app.web.env]\nX = { a = \"@\" }",
    "[app.web.env]\nX = \"see @ there\"",
    "[app.web.env]\nX = \"https://me:@@example.com/\"",
    "[app.web.env]\nX = \"https://example.com/?a=1&token=@\"",
    "[app.web.env]\nX = \"@\" # @",
    "[app.web.env]\n# @\nX = 5",
    "[app.web.env]\nX = @",
    "[app.web.env]\nX = \"@",
    "[app.web.env]\nX = '@",
    "[app.web.env]\nX = \"\"\"@",
    "[app.web.env]\nX @ = 1",
    "[app.web.env]\n\"@\" = \"x\"",
    "[app.web.env]\n\"@\" = []",
    "[app.web]\nenv = { X = \"@\", Y = 1979-05-27 }",
    "[app.web]\nenv.X = \"@\"\nunknown = 1",
    "[app.web]\ntoken = \"@\"",
    "[app.web]\nname = \"@\"",
    "[app.web]\nregions = [\"@\"]",
    "[app.web]\nregions = \"@\"",
    "[app.web]\nprimary_region = \"@\"",
    "[app.web]\nkill_timeout = \"@\"",
    "[app.web]\nkill_signal = \"@\"",
    "[app.web]\nsource = \"@\"",
    "[app.web]\naccess = \"@\"",
    "[app.web]\ndomains = [\"@\"]",
    "[app.web]\nuses = { X = \"@\" }",
    "[app.web]\nuses = { X = \"app.@\" }",
    "[app.web]\nsecrets = [\"@\"]",
    "[app.web]\nsecrets = \"@\"",
    "[app.web.secrets]\nX = \"@\"",
    "[app.web.secrets]\nX = { value = \"@\" }",
    "[app.web.secrets]\nX = { env = \"@\" }",
    "[app.web.secrets]\nX = { env = \"@\", file = \"a\" }",
    "[app.web.secrets]\nX = { file = \"keys/@\" }",
    "[app.web.secrets]\nX = { command = [\"echo\", \"@\"] }",
    "[app.web.secrets]\nX = { command = \"echo @\" }",
    "[app.web.secrets]\nX = { generate = \"@\" }",
    "[app.web.secrets]\nX = { manual = \"it is @\" }",
    "[app.web.secrets]\n\"@\" = { env = \"X\" }",
    "[app.web.processes]\nweb = \"node a.js --token @\"",
    "[app.web.processes]\nweb = \"node a.js --token=@ 'open\"",
    "[app.web.deploy]\nrelease_command = \"curl -H 'Authorization: Bearer @' https://example.com\"",
    "[app.web.build.args]\nX = \"@\"",
    "[app.web.build]\nimage = \"registry.example.com/@\"",
    "[app.web]\nconsole_command = \"x @\"",
    "[[app.web.files]]\nguest_path = \"/a\"\nraw_value = \"@\"",
    "[[app.web.http_service.checks]]\npath = \"/?key=@\"",
    "[[app.web.http_service.checks]]\nheaders = { Authorization = \"@\" }",
    "[app.web.allow]\nmulti-region = \"because of @\"",
    "[app.web.allow]\n\"@\" = \"because of something\"",
    "[policy.levels]\n\"@\" = \"warn\"",
    "[policy.levels]\nmulti-region = \"@\"",
    "[app.\"@\"]",
    "[@]\na = 1",
    "[app.web.\"@\"]\na = 1",
    "[redis.cache]\nplan = \"@\"",
    "[bucket.a]\ncustom_domain = \"@\"",
];

#[test]
fn are_neither_shown_nor_written() {
    let shapes: Vec<usize> = (0..FACTS.secret_shapes.len()).collect();
    let tiers = ["production", "staging", "development"];
    let trailers = ["", "[app.api]\nkil_signal = 1\n", "[app.api\n", "[app.web.workload]\nboot_seconds = \"x\"\n"];
    proptest!(support::cases(600), |(
        place in select(PLACES.to_vec()), shape in select(shapes), seed in 0_usize..32,
        tier in select(tiers.to_vec()), trailer in select(trailers.to_vec()),
    )| {
        let shape = &FACTS.secret_shapes[shape];
        let body = body(shape, seed);
        let planted = place.replace('@', &format!("{}{body}", shape.prefix));
        let text = format!(
            "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"iad\"]\ntier = \"{tier}\"\n{planted}\n{trailer}"
        );
        let compilation = compiled(&text);
        for out in emitted(&Source::new("spec.toml", text.as_str()), &compilation.diagnostics) {
            prop_assert!(!out.contains(&body), "{body} is shown:\n{out}\n---- of\n{text}");
        }
        // Where a rule looks for secrets nothing is written; elsewhere a token is a name like any other.
        let watched = ["[app.web.env]\nX", "[app.web.processes]", "[app.web.deploy]", "[app.web]\nenv"];
        let watched = watched.iter().any(|start| place.starts_with(start));
        for (path, file) in compilation.artifacts.iter().flatten().filter(|_| watched) {
            prop_assert!(!file.text.contains(&body), "{body} is written to {path}:\n{}\n---- of\n{text}", file.text);
        }
    });
}
