//! The constants in `src/facts/tables.rs` are those of the data in `src/facts/data`.
//!
//! `SNAPSHOTS=overwrite cargo test --test facts` rewrites them after a change of the data.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value as Json;
use toml::{Table, Value};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/facts/data");
const TABLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/facts/tables.rs");

fn read(file: &str) -> Table {
    let text = std::fs::read_to_string(Path::new(DATA).join(file)).unwrap();
    toml::from_str(&text).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// A value as a Rust literal.
fn literal(value: &Value) -> String {
    match value {
        Value::String(s) => format!("{s:?}"),
        Value::Integer(i) => i.to_string(),
        Value::Float(f) => format!("{f:?}"),
        Value::Boolean(b) => b.to_string(),
        Value::Array(items) => format!("&[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Datetime(_) | Value::Table(_) => panic!("no literal for {value:?}"),
    }
}

/// One constant: the fields of a struct from the keys of a table.
fn constant(name: &str, table: &Value) -> String {
    let fields = table.as_table().unwrap().iter().map(|(k, v)| format!("{k}: {}", literal(v)));
    format!("{name} {{ {} }}", fields.collect::<Vec<_>>().join(", "))
}

/// A list of constants.
fn list(name: &str, items: &Value) -> String {
    let items = items.as_array().unwrap().iter().map(|item| format!("        {},\n", constant(name, item)));
    format!("&[\n{}    ]", items.collect::<String>())
}

fn items(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A flag in the short form of `facts::FlyCommand`.
fn fly_flag(flag: &Json) -> String {
    let mut out = flag["name"].as_str().unwrap().to_owned();
    if let Some(letter) = flag["shorthand"].as_str() {
        write!(out, "|{letter}").unwrap();
    }
    if flag["type"] != "bool" {
        out.push(if flag["no_opt_default"].is_null() { '=' } else { '?' });
    }
    if let Some(target) = flag["alias_of"].as_str() {
        write!(out, ">{target}").unwrap();
    }
    out
}

/// The flags of all commands.
fn fly_flags() -> String {
    let text = std::fs::read_to_string(Path::new(DATA).join("flyctl-commands.json")).unwrap();
    let catalogue: Json = serde_json::from_str(&text).unwrap();
    let flags: Vec<String> = items(&catalogue["global_flags"]).iter().map(fly_flag).collect();
    format!("{:?}", flags.join(" "))
}

fn fly_commands() -> String {
    let text = std::fs::read_to_string(Path::new(DATA).join("flyctl-commands.json")).unwrap();
    let catalogue: Json = serde_json::from_str(&text).unwrap();
    let strings = |value: &Json| {
        value
            .as_array()
            .map(|a| a.iter().map(|s| s.as_str().unwrap().to_owned()).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let mut commands: Vec<_> = catalogue["commands"].as_array().unwrap().iter().collect();
    commands.sort_by_key(|c| strings(&c["path"]).join(" "));
    let mut out = "&[\n".to_owned();
    for c in commands {
        let path = strings(&c["path"]).join(" ");
        let aliases = strings(&c["aliases"]);
        let max = c["args"]["max"].as_u64().map_or("None".to_owned(), |max| format!("Some({max})"));
        let flag = |key: &str| c[key].as_bool().unwrap_or(false);
        let (group, no_op) = (flag("group"), flag("no_op"));
        let instead = c["instead"].as_str().unwrap_or_default();
        let args = &c["args"];
        let min = args["min"].as_u64().filter(|_| args["enforced"] == true).unwrap_or(0);
        let alone = args["noninteractive_min"].as_u64().unwrap_or(min);
        let mut flags: Vec<String> = items(&c["flags"]).iter().map(fly_flag).collect();
        flags.extend(
            items(&c["common_flags"]).iter().map(|name| fly_flag(&catalogue["common_flags"][name.as_str().unwrap()])),
        );
        flags.extend(
            items(&c["flag_groups"])
                .iter()
                .flat_map(|name| items(&catalogue["flag_groups"][name.as_str().unwrap()]).iter().map(fly_flag)),
        );
        flags.sort_unstable();
        let flags = flags.join(" ");
        writeln!(
            out,
            "        FlyCommand {{ path: {path:?}, aliases: &{aliases:?}, group: {group}, no_op: {no_op}, instead: {instead:?}, min_args: {min}, min_args_alone: {alone}, max_args: {max}, flags: {flags:?} }},"
        )
        .unwrap();
    }
    out + "    ]"
}

/// The words of all lists in alphabetical order, each with the lists that it is in.
fn secret_words(lists: &Table) -> String {
    let words = |list: &Value| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let lists: BTreeMap<&str, BTreeSet<String>> =
        lists.iter().map(|(name, list)| (name.as_str(), words(list))).collect();
    let all: BTreeSet<&String> = lists.values().flatten().collect();
    let mut out = "&[\n".to_owned();
    for word in all {
        // Names are cut at everything else before words are looked up.
        assert!(word.bytes().all(|b| b.is_ascii_uppercase()), "{word}");
        let says = |list: &str| format!("{list}: {}", lists[list].contains(word));
        let says = ["secret", "keyed", "public", "harmless", "identifier"].map(says).join(", ");
        writeln!(out, "        SecretWord {{ word: {word:?}, {says} }},").unwrap();
    }
    out + "    ]"
}

/// A price that is a whole number of dollars.
fn whole_usd(prices: &Table, name: &str) -> Value {
    Value::Integer(prices["price"][name]["usd"].as_str().unwrap().parse().unwrap())
}

/// A decimal number in units of `10^-places`, as a literal of Rust.
fn scaled(text: &Value, places: usize) -> String {
    let text = text.as_str().expect("decimal numbers stand in quotes");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= places, "{text} has too many digits");
    let number = format!("{whole}{part:0<places$}").parse::<u64>().unwrap().to_string();
    let groups: Vec<&str> =
        number.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join("_")
}

/// Prices by name and regions by code, each with its source.
fn price_list(data: &Table) -> String {
    let source = |entry: &Value| {
        let source = &data["source"][entry["source"].as_str().unwrap()];
        let confidence = match source["confidence"].as_str().unwrap() {
            "unconfirmed" => "Unconfirmed",
            "listed" => "Listed",
            "confirmed" => "Confirmed",
            other => panic!("unknown confidence {other}"),
        };
        let (page, day) = (literal(&source["page"]), literal(&source["date"]));
        format!("PriceSource {{ page: {page}, date: {day}, confidence: Confidence::{confidence} }}")
    };
    let sorted =
        |name: &str| -> BTreeMap<String, Value> { data[name].as_table().unwrap().clone().into_iter().collect() };
    let mut out = "PriceList {\n        prices: &[\n".to_owned();
    for (name, price) in sorted("price") {
        let usd =
            price.get("usd").map_or("None".to_owned(), |usd| format!("Some(Usd::from_micros({}))", scaled(usd, 6)));
        let free = price.get("free").map_or(0, |free| free.as_integer().unwrap());
        let per = literal(&price["per"]);
        writeln!(
            out,
            "            Price {{ name: {name:?}, usd: {usd}, per: {per}, free: {free}, source: {} }},",
            source(&price)
        )
        .unwrap();
    }
    out.push_str("        ],\n        regions: &[\n");
    for (code, region) in sorted("region") {
        let (ratio, transfer) = (scaled(&region["ratio"], 9), literal(&region["transfer"]));
        writeln!(
            out,
            "            RegionPrice {{ code: {code:?}, ratio: Decimal::from_nano({ratio}), transfer: {transfer}, source: {} }},",
            source(&region)
        )
        .unwrap();
    }
    write!(out, "        ],\n        hours: {},\n    }}", literal(&data["hours"]["month"])).unwrap();
    out
}

fn generate() -> String {
    let files = [
        "flyctl.toml",
        "machines.toml",
        "names.toml",
        "platform.toml",
        "postgres.toml",
        "prices.toml",
        "regions.toml",
        "secrets.toml",
        "services.toml",
    ];
    let mut provenance = "&[\n".to_owned();
    for file in files {
        let table = read(file);
        let p = table["provenance"].as_table().unwrap();
        let get = |key: &str| p[key].as_str().unwrap();
        assert_eq!(get("retrieved").len(), 10, "{file} has no date");
        assert!(!get("source").is_empty(), "{file} has no source");
        writeln!(
            provenance,
            "        Provenance {{ file: {file:?}, source: {:?}, retrieved: {:?}, live: {:?} }},",
            get("source"),
            get("retrieved"),
            get("live")
        )
        .unwrap();
    }
    provenance.push_str("    ]");

    let [flyctl, machines, names, platform, mut postgres, prices, regions, secrets, mut services] = files.map(read);
    let get = |table: &Table, path: &str| -> Value {
        let mut value = Value::Table(table.clone());
        for key in path.split('.') {
            value = value[key].clone();
        }
        value
    };
    // Prices stand in one place, and with what they are the price of where rules speak of them.
    for plan in postgres["plan"].as_array_mut().unwrap() {
        let price = whole_usd(&prices, &format!("postgres.{}", plan["name"].as_str().unwrap()));
        plan.as_table_mut().unwrap().insert("usd".to_owned(), price);
    }
    let prodpack = whole_usd(&prices, "redis.prodpack");
    services["redis"].as_table_mut().unwrap().insert("prodpack_usd".to_owned(), prodpack);
    let one = |table: &Table, path: &str| literal(&get(table, path));
    let mut shapes = get(&secrets, "shape").as_array().unwrap().clone();
    // In the order of the data otherwise: the longer of two prefixes comes first.
    shapes.sort_by_key(|shape| shape["prefix"].as_str().unwrap().as_bytes()[0]);
    let shapes: String = shapes
        .iter()
        .map(|shape| {
            let chars = match shape["chars"].as_str().unwrap() {
                "alnum" => "Alnum",
                "word" => "Word",
                "hex" => "Hex",
                "base64" => "Base64",
                "any" => "Any",
                other => panic!("unknown characters {other}"),
            };
            format!(
                "        SecretShape {{ what: {}, prefix: {}, chars: TokenChars::{chars}, min: {} }},\n",
                literal(&shape["what"]),
                literal(&shape["prefix"]),
                literal(&shape["min"])
            )
        })
        .collect();
    let length = |shape: &Value| {
        shape["prefix"].as_str().unwrap().len() + usize::try_from(shape["min"].as_integer().unwrap()).unwrap()
    };
    let shortest = get(&secrets, "shape").as_array().unwrap().iter().map(length).min().unwrap();
    let fields = [
        ("provenance", provenance),
        ("regions", list("Region", &get(&regions, "region"))),
        ("removed_regions", list("RemovedRegion", &get(&regions, "removed"))),
        ("region_aliases", one(&regions, "aliases.items")),
        ("machine_sizes", list("MachineSize", &get(&machines, "size"))),
        ("gpu_sizes", one(&machines, "gpu.sizes")),
        ("machine_size", one(&machines, "defaults.size")),
        ("shared_memory", constant("MemoryRange", &get(&machines, "memory.shared"))),
        ("performance_memory", constant("MemoryRange", &get(&machines, "memory.performance"))),
        ("suspend_memory_mb_advised", one(&machines, "suspend.memory_mb_advised")),
        ("suspend_memory_mb_max", one(&machines, "suspend.memory_mb_max")),
        ("rootfs_gb_max", one(&machines, "rootfs.gb_max")),
        ("volumes", constant("Volumes", &get(&platform, "volumes"))),
        ("litefs", constant("LiteFs", &get(&platform, "litefs"))),
        ("shutdown", constant("Shutdown", &get(&platform, "shutdown"))),
        ("soft_limit", one(&platform, "concurrency.soft_limit")),
        ("services", constant("Services", &get(&platform, "services"))),
        ("checks", constant("Checks", &get(&platform, "checks"))),
        ("deploy", constant("DeployDefaults", &get(&platform, "deploy"))),
        ("restart", constant("RestartDefaults", &get(&platform, "restart"))),
        ("environment", constant("Environment", &get(&platform, "environment"))),
        (
            "names",
            format!(
                "Names {{\n        signals: {},\n        builtins: {},\n        builders: {},\n        listening: {},\n        stores: {},\n        helpers: {},\n        log_shipper: {},\n        modes: {},\n        inlined: {},\n        issued: {},\n        generated: {},\n        taken: {},\n        egress: {},\n        certificates: {},\n    }}",
                constant("Signals", &get(&names, "signals")),
                one(&names, "builtins.known"),
                list("Builder", &get(&names, "builder")),
                one(&names, "listening.variables"),
                list("Store", &get(&names, "store")),
                list("Helper", &get(&names, "helper")),
                constant("LogShipper", &get(&names, "log_shipper")),
                list("Mode", &get(&names, "mode")),
                list("Inlined", &get(&names, "inlined")),
                constant("Issued", &get(&names, "issued")),
                list("Generated", &get(&names, "generated")),
                one(&names, "apps.taken"),
                constant("Egress", &get(&names, "egress")),
                constant("Certificates", &get(&names, "certificates")),
            ),
        ),
        ("secret_kib", one(&platform, "secrets.stdin_kib")),
        (
            "postgres",
            format!(
                "Postgres {{\n        majors: {},\n        major: {},\n        storage_gb: {},\n        storage_gb_max: {},\n        storage_gb_grown: {},\n        fallback_plan: {},\n        plans: {},\n        quorum: {},\n        port: {},\n        read_port: {},\n        unmanaged_size: {},\n        unmanaged_storage_gb: {},\n    }}",
                one(&postgres, "managed.majors"),
                one(&postgres, "managed.major"),
                one(&postgres, "managed.storage_gb"),
                one(&postgres, "managed.storage_gb_max"),
                one(&postgres, "managed.storage_gb_grown"),
                one(&postgres, "plans.fallback"),
                list("PostgresPlan", &get(&postgres, "plan")),
                one(&postgres, "unmanaged.quorum"),
                one(&postgres, "unmanaged.port"),
                one(&postgres, "unmanaged.read_port"),
                one(&postgres, "unmanaged.size"),
                one(&postgres, "unmanaged.storage_gb"),
            ),
        ),
        ("redis", constant("Redis", &get(&services, "redis"))),
        ("price_list", price_list(&prices)),
        ("bucket_secrets", one(&services, "bucket.secrets")),
        ("database_images", list("DatabaseImage", &get(&services, "image"))),
        ("flyctl_minimum", one(&flyctl, "version.minimum")),
        ("flyctl_commands", fly_commands()),
        ("flyctl_flags", fly_flags()),
        ("secret_shapes", format!("&[\n{shapes}    ]")),
        ("secret_shortest", shortest.to_string()),
        ("secret_words", secret_words(get(&secrets, "names").as_table().unwrap())),
    ];
    let mut out = String::from(
        "//! @generated by tests/facts.rs from src/facts/data. Change the data, then run\n\
         //! `SNAPSHOTS=overwrite cargo test --test facts`.\n\n\
         use super::{\n    Builder, Certificates, Checks, Confidence, DatabaseImage, DeployDefaults, Egress, Environment, Facts, FlyCommand,\n\
         \x20\x20\x20\x20Generated, Helper, Inlined, Issued, LiteFs, LogShipper, MachineSize, MemoryRange, Mode, Names, Postgres,\n\
         \x20\x20\x20\x20PostgresPlan, Price, PriceList, PriceSource, Provenance, Redis, Region, RegionPrice, RemovedRegion,\n\
         \x20\x20\x20\x20RestartDefaults, SecretShape, SecretWord, Services, Shutdown, Signals, Store, TokenChars, Volumes,\n};\n\
         use crate::value::{Decimal, Usd};\n\n\
         /// What is known today; [`Facts::provenance`] says of which day each table is.\n\
         #[rustfmt::skip]\npub static FACTS: Facts = Facts {\n",
    );
    for (name, value) in fields {
        writeln!(out, "    {name}: {value},").unwrap();
    }
    out + "};\n"
}

#[test]
fn the_tables_are_those_of_the_data() {
    let generated = generate();
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(TABLES, &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(TABLES).unwrap();
    assert!(checked_in == generated, "src/facts/tables.rs is stale: run SNAPSHOTS=overwrite cargo test --test facts");
}
