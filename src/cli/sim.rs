//! `flyarch sim`: a generated script, tried against the stand-in for `fly`.

#[cfg(not(unix))]
pub(super) fn run(_: &super::args::Sim) -> Result<i32, super::Failure> {
    Err(super::Failure::usage("`flyarch sim` runs scripts with bash, on Linux and macOS"))
}

#[cfg(unix)]
pub(super) use unix::run;

#[cfg(unix)]
mod unix {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::io;

    use super::super::args::{Faults, Sim};
    use super::super::include::{self, Spec};
    use super::super::{CLEAN, FINDINGS, Failure, Stream, input, print, say, show};
    use crate::diag::Report;
    use crate::diag::form::count;
    use crate::facts::FACTS;
    use crate::sim::faults::Fault;
    use crate::trial::{Case, Disturbed, Stage, StageError, Tools, Trial, find_program};
    use crate::{Options, check};

    /// The most failures that are told in full.
    const TOLD: usize = 5;

    pub(crate) fn run(args: &Sim) -> Result<i32, Failure> {
        let path = input::find(args.spec.as_deref())?;
        let spec = match include::read(&path)? {
            Ok(spec) => spec,
            Err(report) => return show(&report, &args.show, Stream::Err),
        };
        let mut code = CLEAN;
        let environments = input::environments(spec.source(), args.env.as_deref())?;
        for environment in environments {
            if let Some(name) = &environment {
                told(&format!("environment {name}\n"))?;
            }
            code = code.max(one(&spec, environment, args)?);
        }
        Ok(code)
    }

    /// Tries the script of one environment.
    fn one(spec: &Spec, environment: Option<String>, args: &Sim) -> Result<i32, Failure> {
        let today = Some(input::today(args.show.today.as_deref())?);
        let source = spec.source();
        let options = Options { today, environment, ..Options::default() };
        let compilation = check(source, &FACTS, &options);
        let report = Report { diagnostics: compilation.diagnostics, sources: spec.sources.clone() };
        let code = show(&report, &args.show, Stream::Err)?;
        let (CLEAN, Some(model)) = (code, compilation.model) else {
            say("nothing was tried: a script is only made of a spec without errors");
            return Ok(code);
        };
        let tools = tools()?;
        let stage = Stage::new(model, source, &FACTS, &tools).map_err(|error| match error {
            StageError::Outside(_) => Failure::usage(error.to_string()),
            StageError::Io(_) => Failure::input(error.to_string()),
        })?;
        let trial = match Trial::new(stage).map_err(failed)? {
            Ok(trial) => trial,
            Err(why) => {
                told(&format!("the script does not get to its end\n{why}\n"))?;
                return Ok(FINDINGS);
            }
        };
        told(&course(&trial))?;
        match args.faults {
            None => Ok(CLEAN),
            Some(Faults::All) => all(&trial),
            Some(Faults::Random) => random(&trial, args),
        }
    }

    fn tools() -> Result<Tools, Failure> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let need = |name: &str, where_from: &str| {
            find_program(name, &path).ok_or_else(|| {
                Failure::usage(format!("{name} is missing: the script is run by bash, and needs jq{where_from}"))
            })
        };
        let flyarch = std::env::current_exe().map_err(failed)?;
        let (bash, jq) = (need("bash", "")?, need("jq", " (https://jqlang.org/download)")?);
        Ok(Tools { flyarch, bash, jq, path, jq_cache: None })
    }

    #[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
    fn failed(error: io::Error) -> Failure {
        Failure::input(format!("a run could not be made: {error}"))
    }

    fn told(text: &str) -> Result<(), Failure> {
        print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))
    }

    /// The runs in which nothing goes wrong.
    fn course(trial: &Trial) -> String {
        let mut out = String::new();
        for (i, leg) in trial.course.legs.iter().enumerate() {
            let last = i + 1 == trial.course.legs.len();
            let what = match i {
                0 => "from nothing",
                _ if last => "once more",
                _ => "after a person has done their part",
            };
            let changes = leg.calls.iter().filter(|call| call.changed).count();
            let (calls, changes) = (count(leg.calls.len(), "call"), count(changes, "change"));
            let _ = writeln!(out, "{what}: {calls} of fly, {changes}, exit code {}", leg.code);
        }
        out
    }

    fn all(trial: &Trial) -> Result<i32, Failure> {
        let cases = trial.cases();
        let ends = trial.disturb_all(&cases).map_err(failed)?;
        let mut of_fault: BTreeMap<Fault, (usize, usize)> = BTreeMap::new();
        for (case, end) in cases.iter().zip(&ends) {
            let (tried, fine) = of_fault.entry(case.fault).or_default();
            *tried += 1;
            *fine += usize::from(end.failure.is_none());
        }
        let mut out = String::from("\n");
        for fault in Fault::ALL {
            let (tried, fine) = of_fault.get(&fault).copied().unwrap_or_default();
            let _ = writeln!(out, "{:<34} {fine:>5} of {tried:>5} converged", fault.as_str());
        }
        told(&out)?;
        let failures = cases.iter().zip(&ends).filter_map(|(case, end)| {
            let why = end.failure.as_deref()?;
            Some(format!("{}: {why}", name(trial, *case)))
        });
        verdict(ends.len(), &ends, &failures.collect::<Vec<_>>())
    }

    /// Where and what a fault was.
    fn name(trial: &Trial, case: Case) -> String {
        let leg = trial.course.legs.get(case.leg);
        let call = leg.and_then(|leg| leg.calls.iter().find(|call| call.number == case.call));
        let words = call.map(|call| call.argv.join(" ")).unwrap_or_default();
        let step = trial.course.step(case.leg, case.call);
        format!("run {}, call {}, {step}: {} at `fly {words}`", case.leg + 1, case.call, case.fault.as_str())
    }

    fn random(trial: &Trial, args: &Sim) -> Result<i32, Failure> {
        let seed = args.seed.unwrap_or_else(any_seed);
        told(&format!("\nseed {seed}\n"))?;
        let runs = usize::try_from(args.runs).unwrap_or(usize::MAX);
        let results = trial.disturb_randomly(seed, runs).map_err(failed)?;
        let failures = results.iter().filter_map(|(case, second, end)| {
            let why = end.failure.as_deref()?;
            let second = second.map(|(call, fault)| format!(", then {} at call {call}", fault.as_str()));
            Some(format!("{}{}: {why}", name(trial, *case), second.unwrap_or_default()))
        });
        let failures: Vec<String> = failures.collect();
        let ends: Vec<Disturbed> = results.into_iter().map(|(_, _, end)| end).collect();
        verdict(ends.len(), &ends, &failures)
    }

    /// A seed that is another one every time.
    fn any_seed() -> u64 {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        u64::from(now.subsec_nanos()) ^ now.as_secs()
    }

    fn verdict(tried: usize, ends: &[Disturbed], failures: &[String]) -> Result<i32, Failure> {
        let mut out = String::new();
        for failure in failures.iter().take(TOLD) {
            let _ = writeln!(out, "\n{failure}");
        }
        let bad = failures.len();
        if bad > TOLD {
            let _ = writeln!(out, "\nand {} more", bad - TOLD);
        }
        let cleared = ends.iter().filter(|end| end.cleared).count();
        let most = ends.iter().map(|end| end.runs).max().unwrap_or(0);
        if bad > 0 {
            let _ = writeln!(out, "\n{bad} of {tried} did not converge");
        } else {
            let _ = writeln!(
                out,
                "\n{tried} of {tried} converged, within {} each: nothing exists twice, nothing was destroyed, secrets are\nas they were, and no value of one was seen",
                count(most, "more run")
            );
        }
        if cleared > 0 {
            let _ = writeln!(
                out,
                "in {cleared} of them a person had to destroy the app of a cluster without machines, as the script says"
            );
        }
        let keys = ends.iter().filter(|end| end.keys).count();
        if keys > 0 {
            let _ = writeln!(out, "in {keys} of them a person had to make a key for a bucket, as the script says");
        }
        let left = ends.iter().filter(|end| end.left).count();
        if left > 0 {
            let _ = writeln!(
                out,
                "in {left} of them an empty volume of a cluster is left, which the script names for a person to destroy"
            );
        }
        told(&out)?;
        Ok(if bad > 0 { FINDINGS } else { CLEAN })
    }
}
