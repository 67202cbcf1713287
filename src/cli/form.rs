//! The findings of the languages themselves, for `flyarch explain`: what is wrong with a spec or a fly.toml before any
//! rule can judge it. None can be waived in a spec; in a plain file a comment waives what is no error.

use super::input::{NOT_UTF8, TOO_LARGE};
use crate::assertions::{FAILED, INVALID};
use crate::diag::RuleId;
use crate::environments::SHARED_SECRET;
use crate::fly_toml::{
    CANNOT_FORMAT, CHANGED_TEXT, IGNORED, JSON_SYNTAX, KEY_CASE, OLD_SPELLING, SHADOWED, YAML_SYNTAX,
};
use crate::lower::{
    CONFLICT, CYCLE, DUPLICATE_NAME, DUPLICATE_VARIABLE, INVALID_NAME, INVALID_PATH, PLACEMENT, UNKNOWN_GROUP,
    UNKNOWN_REFERENCE, WRONG_REFERENCE,
};
use crate::resolve::include::{INCLUDE_NOT_FOUND, INCLUDE_OUTSIDE, INCLUDE_WITHOUT_TABLE};
use crate::resolve::{TEMPLATE_CYCLE, TEMPLATES_TOO_LARGE, UNKNOWN_OVERLAY, UNKNOWN_TEMPLATE, UNUSED_TEMPLATE};
use crate::rules::{CANNOT_ALLOW, UNKNOWN_RULE, UNUSED_ALLOW};
use crate::schema::{INVALID_VALUE, MISSING_KEY, UNKNOWN_KEY, WRONG_TYPE};
use crate::syntax::SYNTAX;

/// What each of them means, and what to do.
const PAGES: [(&RuleId, &str); 39] = [
    (
        &SYNTAX,
        "The file is not TOML at this place. Text stands in quotes, a table is opened once, a key is given once. \
         Until it is TOML nothing else in it can be judged.",
    ),
    (
        &UNKNOWN_KEY,
        "The language has no key of this name here. Nothing is ignored in silence: a key with a mistyped name would \
         have no effect, and nobody would notice. Keys of fly.toml have the same names below `[app.<key>]`; \
         docs/language.md lists the others.",
    ),
    (&MISSING_KEY, "A key that must be there is not, and there is no value that could be assumed."),
    (
        &WRONG_TYPE,
        "The value is of another type than the key takes. Durations and sizes are strings with a unit, because a bare \
         number means seconds in one place of fly.toml, and milliseconds or nanoseconds in others. A secret has a name \
         and a source here, and never a value.",
    ),
    (
        &INVALID_VALUE,
        "The value has the right type, and cannot be meant: it is out of bounds, empty, or of no known form.",
    ),
    (
        &NOT_UTF8,
        "TOML is UTF-8. Editors can save a file in this encoding; on Windows some programs write UTF-16 instead.",
    ),
    (&TOO_LARGE, "No spec is as large as this file. A spec of ten thousand apps has 7 MB."),
    (
        &UNKNOWN_REFERENCE,
        "A reference, such as \"postgres.db\", names something that the spec does not declare, or that \
         `enabled = false` leaves out.",
    ),
    (
        &CYCLE,
        "References by `uses`, `after` and `image_from` give the order in which things are set up. When they lead in a \
         circle, there is none.",
    ),
    (&WRONG_REFERENCE, "The reference is to something of another kind than is needed here."),
    (
        &DUPLICATE_NAME,
        "Names on Fly.io are unique. Two declarations with one name would be one app, which each deploy turns into the \
         other. Names are written with `name`, or made of the project's name and the key.",
    ),
    (&INVALID_NAME, "Fly.io, or a shell, does not take this name."),
    (
        &INVALID_PATH,
        "Paths are written with `/`, and lead from the folder of the spec: a path of one machine means nothing on the \
         next. None is empty or holds a control character.",
    ),
    (
        &DUPLICATE_VARIABLE,
        "A variable comes from `env`, from `uses` or from `secrets`. When two of them set it, the secret would hide the \
         other in silence.",
    ),
    (
        &PLACEMENT,
        "The machines of a process group, or a data service, have no region; or a group has none in the primary region, \
         where a deploy creates its first machine.",
    ),
    (&CONFLICT, "Two keys contradict each other, and the spec does not say which one holds."),
    (
        &UNKNOWN_TEMPLATE,
        "`extends` names a template that is not declared. Templates are tables `[template.<key>]` of the same spec.",
    ),
    (
        &TEMPLATE_CYCLE,
        "A template extends itself, directly or by others that it extends: nothing says which of them is under which.",
    ),
    (
        &INCLUDE_NOT_FOUND,
        "`include` names a file that is not there or cannot be read, or a glob that no file fits. Paths and globs are \
         relative to the spec; `*` stays in one folder, `**` does not, and files that .gitignore names are not found.",
    ),
    (
        &INCLUDE_OUTSIDE,
        "Included files lie in the folder of the spec or below it: a spec means the same wherever its repository lies.",
    ),
    (
        &INCLUDE_WITHOUT_TABLE,
        "Included files are put behind the spec. A key above the first table would become part of the last table before \
         it. `version` and `include` are in the spec alone.",
    ),
    (
        &FAILED,
        "An assertion of the policy does not hold. It is what the team of this spec has agreed on, with its reason; the \
         finding shows the values that decide. docs/policy.md describes assertions.",
    ),
    (
        &INVALID,
        "An assertion of the policy means nothing: its expression cannot be read, names what its subject does not have, or \
         compares what cannot be compared. docs/policy.md has the table of what can be asked.",
    ),
    (
        &SHARED_SECRET,
        "An app has a secret from one source in production and in another environment: whoever may see the rehearsal has \
         the key of production, and what is tried there happens to real accounts. Give the environment a source of its own.",
    ),
    (
        &TEMPLATES_TOO_LARGE,
        "Large templates under very many apps: the merged spec would not fit into memory. Ten thousand apps with forty \
         keys from a template are well within the bound.",
    ),
    (&UNUSED_TEMPLATE, "No app and no other template extends it: what is changed there has no effect."),
    (
        &UNKNOWN_OVERLAY,
        "An environment changes something that the base does not declare. What is in one environment alone is declared \
         in the base with `enabled = false`, and enabled there: so the base lists everything that there is.",
    ),
    (&UNKNOWN_GROUP, "The name is not one of the app's `processes`. An app without `processes` has one group, `app`."),
    (
        &UNUSED_ALLOW,
        "A waiver below `allow` waives nothing, or has ended. A waiver that is not needed any more would hide the next \
         mistake of its kind.",
    ),
    (&UNKNOWN_RULE, "`allow` and `levels` take names of rules. `flyarch rules` lists them."),
    (&CANNOT_ALLOW, "This rule cannot be waived or turned off: what it finds does not work."),
    (
        &IGNORED,
        "flyctl reads this part of a fly.toml and drops it without a word: what it says does not happen. Remove it, or \
         move it to where flyctl looks.",
    ),
    (
        &SHADOWED,
        "Two keys of a fly.toml say the same thing, and flyctl takes the other one. Keep the one that is meant.",
    ),
    (
        &CHANGED_TEXT,
        "A variable is a text. flyctl makes one of whatever stands there, and of some values it is another text than the \
         file shows. In quotes it is passed as it stands.",
    ),
    (
        &KEY_CASE,
        "flyctl finds keys in any case and writes them in lower case. Other tools that read the file do not find them.",
    ),
    (&OLD_SPELLING, "flyctl still reads this spelling, and would write another one. `flyarch fmt` writes that."),
    (&JSON_SYNTAX, "The file is not JSON at this place. Until it is, nothing else in it can be judged."),
    (&YAML_SYNTAX, "The file is not YAML at this place. Until it is, nothing else in it can be judged."),
    (
        &CANNOT_FORMAT,
        "`flyarch fmt` reads its own result before it writes it. Where the result would not say what the file says, or \
         would lack a comment of it, the file stays as it is. JSON and YAML are not formatted at all.",
    ),
];

/// All of them, with what is said of each: for the pages of docs/rules.
pub fn pages() -> impl Iterator<Item = (&'static RuleId, &'static str)> {
    PAGES.iter().copied()
}

/// The finding of this name or code, and its page.
pub(super) fn find(name: &str) -> Option<(&'static RuleId, &'static str)> {
    PAGES.iter().find(|(id, _)| id.name == name || id.code == name).map(|&(id, page)| (id, page))
}

/// Their names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(id, _)| id.name)
}
