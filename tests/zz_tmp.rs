#![allow(warnings)]
use flyarch::diag::*;
use flyarch::fly_toml;
use flyarch::source::*;
#[test]
fn survey() {
    let mut counts = std::collections::BTreeMap::new();
    let mut n = 0;
    let mut refused = 0;
    let mut incomplete = 0;
    for e in walkdir::WalkDir::new("/work/scratch/public-fly-toml")
        .into_iter()
        .map(|e| e.unwrap())
        .filter(|e| e.file_type().is_file())
    {
        let Ok(t) = std::fs::read_to_string(e.path()) else { continue };
        n += 1;
        let s = Source::new(e.file_name().to_string_lossy(), t);
        let mut d = Diagnostics::default();
        let r = fly_toml::read(&s, FileId(0), &mut d);
        match &r {
            Ok(r) if r.complete => {}
            Ok(_) => incomplete += 1,
            Err(_) => refused += 1,
        }
        for d in d.finish() {
            *counts.entry(format!("{} {} {} | {:?}", d.severity, d.rule.name, d.message, d.help)).or_insert(0) += 1;
            if d.severity == Severity::Error && r.is_ok() {
                println!("UNDEPLOYABLE {} {}", e.path().display(), d.message)
            }
        }
    }
    println!("{n} files {refused} refused {incomplete} incomplete");
    let mut v: Vec<_> = counts.into_iter().collect();
    v.sort_by_key(|x| std::cmp::Reverse(x.1));
    for (k, c) in v {
        println!("{c} {k}")
    }
}
