//! What can be written at a place: keys, headers, words, regions, sizes, references.

use serde_json::{Value, json};

use super::names::{self, KINDS, TEMPLATE};
use super::position::Lines;
use super::shape::Form;
use super::words::{Role, Spot, spot};
use super::{Desk, known};
use crate::diag::fix::string_literal;
use crate::facts::Facts;
use crate::rules::RULES;
use crate::source::TextRange;

/// Kinds of items, as the protocol numbers them.
const MODULE: u32 = 9;
const PROPERTY: u32 = 10;
const VALUE: u32 = 12;
const REFERENCE: u32 = 18;
const ENUM_MEMBER: u32 = 20;

/// Something that can be written.
struct Item {
    label: String,
    kind: u32,
    detail: String,
    docs: String,
    /// The text; with places to fill in where it is a snippet.
    text: String,
    is_snippet: bool,
}

impl Item {
    fn new(kind: u32, label: &str) -> Self {
        let [text, detail, docs] = [label, "", ""].map(str::to_owned);
        Self { label: label.to_owned(), kind, detail, docs, text, is_snippet: false }
    }

    /// A text of TOML.
    fn literal(kind: u32, word: &str) -> Self {
        Self { text: string_literal(word), ..Self::new(kind, word) }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    fn docs(mut self, docs: impl Into<String>) -> Self {
        self.docs = docs.into();
        self
    }

    /// Another text, with places to fill in.
    fn snippet(mut self, text: String) -> Self {
        self.is_snippet = text.contains('$');
        self.text = text;
        self
    }
}

/// What is known beside the text.
pub(crate) struct Cx<'a> {
    pub(crate) desk: &'a Desk<'a>,
    pub(crate) facts: &'a Facts,
    /// Whether the editor understands places to fill in.
    pub(crate) snippets: bool,
}

/// What can be written at a place, in the form of the protocol.
pub(crate) fn complete(cx: &Cx<'_>, offset: u32, lines: &Lines<'_>) -> Vec<Value> {
    let text = cx.desk.text().text;
    let Some(spot) = spot(text, offset) else { return Vec::new() };
    let here = TextRange { start: offset, end: offset };
    let mut range = spot.word.as_ref().map_or(here, |word| word.range);
    let written = text.get(range.to_usize()).unwrap_or_default();
    let items = match spot.role {
        Role::Header => cx.headers(&spot),
        Role::Key => cx.keys(&spot, text.get(range.end as usize..).unwrap_or_default(), offset),
        Role::Value => {
            let before = text.get(range.start as usize..offset as usize).unwrap_or_default();
            if let Some(open) = before.rfind("${").filter(|open| !before[*open..].contains('}')) {
                range = TextRange { start: range.start + TextRange::new(open, 0).start, end: offset };
                let closed = text.get(offset as usize..).is_some_and(|rest| rest.starts_with('}'));
                cx.substitutions(closed)
            } else {
                // A string that nobody has closed goes on to the end of the line.
                let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
                if quote.is_some_and(|quote| written.len() == 1 || !written.ends_with(quote)) {
                    range.end = offset;
                }
                cx.values(&spot)
            }
        }
    };
    let shown = items.into_iter().enumerate().map(|(rank, item)| cx.show(item, rank, &lines.range(range), spot.role));
    shown.collect()
}

impl Cx<'_> {
    fn show(&self, item: Item, rank: usize, range: &Value, role: Role) -> Value {
        let is_snippet = item.is_snippet && self.snippets;
        let text = match is_snippet {
            _ if !item.is_snippet => item.text,
            true => item.text,
            false => without_places(&item.text),
        };
        let filter = if role == Role::Value { text.clone() } else { item.label.clone() };
        let mut shown = json!({
            "label": item.label,
            "kind": item.kind,
            "sortText": format!("{rank:04}"),
            "filterText": filter,
            "insertTextFormat": if is_snippet { 2 } else { 1 },
            "textEdit": { "range": range, "newText": text },
        });
        if !item.detail.is_empty() {
            shown["detail"] = item.detail.into();
        }
        if !item.docs.is_empty() {
            shown["documentation"] = json!({ "kind": "markdown", "value": item.docs });
        }
        shown
    }

    fn headers(&self, spot: &Spot<'_>) -> Vec<Item> {
        let shape = self.desk.shape;
        let mut items: Vec<Item> = self.declared_below(&spot.path);
        for key in shape.keys(&spot.path) {
            let form = shape.form(key.schema);
            let fits = matches!(form, Form::Tables) || form == Form::Table && !spot.is_list_header;
            // A table may be one of several forms.
            if fits || !spot.is_list_header && !shape.keys(&path_of(&spot.path, key.name)).is_empty() {
                let detail = if form == Form::Tables { "a list of tables: [[…]]" } else { "a table" };
                items.push(Item::new(MODULE, key.name).detail(detail).docs(shape.description(key.schema)));
            }
        }
        items
    }

    /// Names that are declared and can stand below a path: what an environment changes, groups of processes.
    fn declared_below(&self, path: &[&str]) -> Vec<Item> {
        let declared = |kind: &str| {
            let all = names::declared(self.desk).into_iter().filter(|name| name.kind == kind);
            all.map(|name| Item::new(MODULE, &name.key).detail("is declared")).collect::<Vec<_>>()
        };
        if self.desk.shape.is_plain {
            return Vec::new();
        }
        match path {
            [kind] | ["environment", _, kind] if KINDS.contains(kind) || *kind == TEMPLATE => declared(kind),
            ["environment"] => {
                names::keys_at(self.desk, path).into_iter().map(|name| Item::new(MODULE, name)).collect()
            }
            [kind, key, "group"] => {
                let groups = names::groups(self.desk, &[*kind, *key]);
                groups.into_iter().map(|name| Item::new(MODULE, name).detail("a process group")).collect()
            }
            _ => Vec::new(),
        }
    }

    fn keys(&self, spot: &Spot<'_>, behind: &str, offset: u32) -> Vec<Item> {
        let shape = self.desk.shape;
        let taken = self.taken(spot, offset);
        let has_value = behind.trim_start_matches([' ', '\t']).starts_with('=');
        let mut items = Vec::new();
        for key in shape.keys(&spot.path) {
            let text = match shape.form(key.schema) {
                _ if has_value => key.name.to_owned(),
                Form::Text => format!("{} = \"$1\"$0", key.name),
                Form::Number | Form::Other => format!("{} = $0", key.name),
                Form::Switch => format!("{} = ${{1|true,false|}}$0", key.name),
                Form::List => format!("{} = [$1]$0", key.name),
                Form::Table => format!("{} = {{ $1 }}$0", key.name),
                Form::Tables => format!("{} = [{{ $1 }}]$0", key.name),
            };
            let item = Item::new(PROPERTY, key.name).docs(shape.description(key.schema)).snippet(text);
            items.push(if key.required { item.detail("must be there") } else { item });
        }
        if shape.has_regions(&spot.path) {
            let regions = self.facts.regions.iter().map(|region| {
                let text = if has_value { region.code.to_owned() } else { format!("{} = ${{1:1}}$0", region.code) };
                Item::new(VALUE, region.code).detail(known::region(region)).snippet(text)
            });
            items.extend(regions);
        }
        let rules = match shape.base(&spot.path).as_slice() {
            _ if shape.is_plain => None,
            ["app", _, "allow"] => Some(true),
            ["policy", "levels"] => Some(false),
            _ => None,
        };
        if let Some(waives) = rules {
            let rules = RULES.iter().filter(|rule| !waives || rule.waivable).map(|rule| {
                let name = rule.id.name;
                let text = if has_value { name.to_owned() } else { format!("{name} = \"$1\"$0") };
                Item::new(VALUE, name).detail(rule.id.code).docs(rule.summary()).snippet(text)
            });
            items.extend(rules);
        }
        items.extend(self.declared_below(&spot.path));
        items.retain(|item| !taken.iter().any(|taken| *taken == item.label));
        items
    }

    /// The keys that the table has already, but for the one at the cursor.
    fn taken(&self, spot: &Spot<'_>, offset: u32) -> Vec<&str> {
        let desk = self.desk;
        let is_list = desk.shape.at(&spot.path).is_some_and(|schema| desk.shape.form(schema) == Form::Tables);
        let own = spot.word.as_ref().map(|word| word.text);
        if !is_list {
            let keys = names::keys_at(desk, &spot.path);
            // Twice below one path is once more than the word at the cursor.
            let own_once = |key: &str| own == Some(key) && self.count(&spot.path, key) < 2;
            return keys.into_iter().filter(|key| !own_once(key)).collect();
        }
        if spot.in_braces {
            return Vec::new();
        }
        // Of a list of tables only the one with the cursor counts.
        let words = &desk.text().words.list;
        let at = words.partition_point(|word| word.range.start < offset);
        let start = words[..at].iter().rposition(|word| word.role == Role::Header).map_or(0, |header| header + 1);
        let block = words[start..].iter().take_while(|word| word.role != Role::Header);
        let keys = block.filter(|word| word.role == Role::Key && word.path.len() == spot.path.len() + 1);
        keys.filter(|word| !(word.range.start..=word.range.end).contains(&offset)).map(|word| word.text).collect()
    }

    fn count(&self, path: &[&str], key: &str) -> usize {
        let words = self.desk.texts.iter().flat_map(|text| &text.words.list);
        let is_it = |word: &&super::words::Word<'_>| {
            word.role != Role::Value
                && word.text == key
                && word.path.len() == path.len() + 1
                && word.path.starts_with(path)
        };
        words.filter(is_it).count()
    }

    fn values(&self, spot: &Spot<'_>) -> Vec<Item> {
        let (shape, facts) = (self.desk.shape, self.facts);
        let Some(schema) = shape.at(&spot.path) else { return Vec::new() };
        let base = shape.base(&spot.path);
        let last = base.last().copied().unwrap_or_default();
        let literals = |words: &[&str], kind| words.iter().map(|word| Item::literal(kind, word)).collect::<Vec<_>>();
        if shape.is(schema, "RegionCode") {
            let regions = facts.regions.iter();
            return regions.map(|region| Item::literal(VALUE, region.code).detail(known::region(region))).collect();
        }
        if shape.is(schema, "MachineSize") {
            let region = home(self.desk);
            let sizes = facts.machine_sizes.iter();
            return sizes
                .map(|size| Item::literal(VALUE, size.name).detail(known::size(size, region, facts)))
                .collect();
        }
        if shape.is(schema, "Reference") {
            let apps_alone = last == "image_from" || base.ends_with(&["token", "app"]);
            let all = names::declared(self.desk).into_iter();
            let fits = all.filter(|name| name.kind != TEMPLATE && (!apps_alone || name.kind == "app"));
            // Nothing refers to the table that it stands in.
            let own = |name: &names::Name| base.starts_with(&["app", &name.key]) && name.kind == "app";
            return fits.filter(|name| !own(name)).map(|name| Item::literal(REFERENCE, &name.text())).collect();
        }
        match base.as_slice() {
            [.., "extends"] if !shape.is_plain => {
                let templates = names::declared(self.desk).into_iter().filter(|name| name.kind == TEMPLATE);
                return templates.map(|name| Item::literal(REFERENCE, &name.key)).collect();
            }
            ["postgres", _, "plan"] => {
                let plans = facts.postgres.plans.iter();
                return plans.map(|plan| Item::literal(VALUE, plan.name).detail(known::plan(plan))).collect();
            }
            ["redis", _, "plan"] => return literals(facts.redis.plans, VALUE),
            ["policy", "forbid_waivers"] => {
                let rules = RULES.iter().filter(|rule| rule.waivable);
                return rules.map(|rule| Item::literal(VALUE, rule.id.name).docs(rule.summary())).collect();
            }
            [.., "processes"] if shape.form(schema) == Form::List || spot.in_list => {
                let app = if shape.is_plain { &[][..] } else { spot.path.get(..2).unwrap_or_default() };
                return literals(&names::groups(self.desk, app), VALUE);
            }
            _ => {}
        }
        let mut items = literals(&shape.words(schema), ENUM_MEMBER);
        if shape.form(schema) == Form::Switch {
            items.extend(["true", "false"].map(|word| Item::new(VALUE, word)));
        }
        if last == "version" && base.len() == 1 && !shape.is_plain {
            items.push(Item::new(VALUE, "1"));
        }
        let docs = shape.description(schema);
        items.into_iter().map(|item| item.docs(docs)).collect()
    }

    /// What can stand in `${…}`.
    fn substitutions(&self, closed: bool) -> Vec<Item> {
        if self.desk.shape.is_plain {
            return Vec::new();
        }
        let end = if closed { "" } else { "}" };
        let mut all: Vec<String> =
            ["name", "org", "tier", "primary_region"].map(|word| format!("project.{word}")).to_vec();
        for name in names::declared(self.desk) {
            let words: &[&str] = match name.kind.as_str() {
                "app" => &["name", "region", "url", "host"],
                "postgres" | "redis" => &["name", "region"],
                "bucket" => &["name"],
                _ => &[],
            };
            all.extend(words.iter().map(|word| format!("{}.{word}", name.text())));
        }
        let item = |path: String| Item { text: format!("${{{path}{end}"), ..Item::new(REFERENCE, &path) };
        all.into_iter().map(item).collect()
    }
}

/// The path of a key.
fn path_of<'p>(path: &[&'p str], key: &'p str) -> Vec<&'p str> {
    path.iter().copied().chain([key]).collect()
}

/// A snippet without its places to fill in.
fn without_places(text: &str) -> String {
    let plain = text.replace("${1|true,false|}", "").replace("${1:1}", "1");
    plain.replace("$0", "").replace("$1", "")
}

/// The region that prices are shown for: where the architecture is at home.
pub(crate) fn home<'t>(desk: &Desk<'t>) -> &'t str {
    let words = || desk.texts.iter().flat_map(|text| &text.words.list);
    let primary = words().find(|word| {
        word.role == Role::Value && matches!(word.path.as_slice(), ["primary_region"] | ["project", "primary_region"])
    });
    let first = || words().find(|word| word.path.starts_with(&["project", "regions"]) && word.text != "regions");
    primary.or_else(first).map(|word| word.text).filter(|code| code.len() == 3).unwrap_or("iad")
}
