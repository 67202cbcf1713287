//! What is a secret, and what is none.

use super::*;
use crate::facts::FACTS;

fn kind(name: &str, value: &str) -> Option<SecretKind> {
    secret_in(&FACTS, name, value)
}

#[test]
fn what_is_no_secret() {
    for (name, value) in [
        ("DATABASE_URL", "/data/app.db"),
        ("DATABASE_URL", "sqlite:///data/app.db"),
        ("DATABASE_URL", "postgres://db.internal:5432/app"),
        ("DATABASE_URL", "file:///data/app.db"),
        ("PUBLIC_KEY_ID", "k-2024-01"),
        ("PUBLIC_KEY", "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"),
        ("TOKEN_TTL", "3600"),
        ("TOKEN_TTL", "1h"),
        ("SESSION_COOKIE_NAME", "sid"),
        ("SESSION_KEY", "_shop-session"),
        ("API_KEY_HEADER", "x-api-key"),
        ("SECRET_NAME", "prod/db"),
        ("AWS_ACCESS_KEY_ID", "not-a-key"),
        ("AUTH_TOKEN_URL", "https://auth.example.com/oauth/token"),
        ("TOKEN_SYMBOL", "ETHEREUM"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("CSRF_TOKEN", "enabled"),
        ("REQUIRE_PASSWORD", "true"),
        ("GIT_SHA", "3f2c1e8d9a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d"),
        ("CLOUDFLARE_ZONE", "023e105f4ecef8ad9ca31a8372d0c353"),
        ("TENANT", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        ("NODE_OPTIONS", "--max-old-space-size=4096"),
        ("DEFAULT_MODEL", "someLongModelNameVersion35SonnetLatest"),
        ("SERVICE_NAME", "svc-00001"),
        ("IMAGE", "registry.example.com/team/service:2024-11-21-abcdef0"),
        ("CACHE_URL", "redis://cache-1.internal:6379/0"),
        ("FEATURES", "new-ui,fast-path,region-pin"),
        ("MONKEY", "banana"),
        ("KEYBOARD", "qwertz"),
        ("PASSWORD", ""),
        ("SECRET_KEY", "${SECRET_KEY}"),
    ] {
        assert_eq!(kind(name, value), None, "{name}={value}");
    }
}

#[test]
fn what_is_a_secret() {
    use SecretKind::{Named, Random, Token, UrlParameter, UrlPassword};
    for (name, value, expected) in [
        ("DB_PASSWORD", "hunter2", Named),
        ("dbPassword", "hunter2", Named),
        ("API_KEY", "abc", Named),
        ("SECRET_KEY_BASE", "d3b0-7384", Named),
        ("JWT_SIGNING_KEY", "s3cr3t-value", Named),
        ("SENTRY_DSN", "https://public@o1.ingest.sentry.io/1", Named),
        ("X", "AKIAIOSFODNN7EXAMPLE", Token("an AWS access key")),
        ("X", "FlyV1 fm2_lJPECAAAAAAAAAAAAAAAAAAAA", Token("a Fly.io token")),
        ("X", "Bearer ghp_0123456789abcdefghij0123456789", Token("a GitHub token")),
        ("X", "-----BEGIN PRIVATE KEY-----\nabc", Token("a private key")),
        ("DATABASE_URL", "postgres://app:hunter2@db.internal:5432/app", UrlPassword),
        ("REDIS_URL", "redis://default:abc@fly-x.upstash.io", UrlPassword),
        ("HOOK", "https://example.com/hook?token=abc123def", UrlParameter),
        ("BLOB", "Zx8Kq2Lm9Tn4Vb7Rc1Wd6Yh3", Random),
        ("MAPBOX_KEY", "9f86d081884c7d659a2feaa0c55ad015", Random),
    ] {
        assert_eq!(kind(name, value), Some(expected), "{name}={value}");
    }
}

/// Both ends of the table and its middle, in any case.
#[test]
fn every_known_word_is_found() {
    for known in FACTS.secret_words {
        for word in [known.word.to_owned(), known.word.to_lowercase()] {
            assert_eq!(look_up(FACTS.secret_words, &word).map(|found| found.word), Some(known.word));
        }
        for other in [format!("{}X", known.word), known.word[1..].to_owned() + "~"] {
            assert!(look_up(FACTS.secret_words, &other).is_none(), "{other}");
        }
    }
}

#[test]
fn secrets_in_commands() {
    use SecretKind::{Named, Token, UrlParameter, UrlPassword};
    let find = |line: &str| secret_in_words(&FACTS, &line.split('|').collect::<Vec<_>>());
    for line in [
        "node|server.js|--port|3000",
        "node|--password|$DB_PASSWORD|--token-file|/run/token",
        "gcloud|secrets|versions|access|latest|--secret=projects/p/secrets/s",
        "docker|login|--password-stdin|registry.example.com",
        "curl|http://localhost:3000|--to|me@example.com",
        "sh|-c|curl http://localhost:3000 --to me@example.com",
        "env|NODE_ENV=production|node|--token",
        "op|read|op://vault/item/password",
    ] {
        assert_eq!(find(line), None, "{line}");
    }
    for (line, found) in [
        ("vault|--token|s3cr3t-of-ours", (2, Named)),
        ("x|--db-password=hunter2", (1, Named)),
        ("env|DB_PASSWORD=hunter2|x", (1, Named)),
        ("sh|-c|exec x --url postgres://u:hunter2@h/d", (2, UrlPassword)),
        ("curl|https://a.example|https://b.example/?token=abc123def", (2, UrlParameter)),
        ("curl|-H|Authorization: Bearer ghp_0123456789abcdefghij0123456789", (2, Token("a GitHub token"))),
    ] {
        assert_eq!(find(line), Some(found), "{line}");
    }
}

#[test]
fn scans_a_text_that_need_not_be_toml() {
    let text = "[app.web.env]\nA = \"1\"\nDB_PASSWORD = 'hunter2' # old: ghp_0123456789abcdefghij0123456789\nx = { API_KEY = \"abc\" \n";
    let found: Vec<&str> = scan(&FACTS, text).into_iter().map(|r| &text[r.to_usize()]).collect();
    assert_eq!(found, ["hunter2", "ghp_0123456789abcdefghij0123456789", "abc"]);
}

#[test]
fn names_of_secrets_are_shown_and_values_are_not() {
    let text = "secrets = [\"SESSION_KEY\", \"TOKEN\", \"Xk29fjQ0aPz81LmN\", \"AKIAIOSFODNN7EXAMPLE\"]\n";
    let found: Vec<&str> = scan(&FACTS, text).into_iter().map(|r| &text[r.to_usize()]).collect();
    assert_eq!(found, ["Xk29fjQ0aPz81LmN", "AKIAIOSFODNN7EXAMPLE"]);
}
