//! Free-form tables: the settings of a builtin.

use toml::Value;

use super::put::{Put as _, put_float, put_key};
use super::{Form, Writer};

impl Writer {
    /// The entries of a table of anything: plain values first, then tables, both in byte order, as Go's encoder has it.
    pub(super) fn free(&mut self, path: &[&str], entries: &[(&str, &Value)]) {
        for (key, value) in entries.iter().filter(|(_, value)| !is_tables(value)) {
            self.indent(self.depth);
            put_key(key, &mut self.out);
            self.out.push_str(" = ");
            put(value, self.form, &mut self.out);
            self.out.push('\n');
            self.after_header = false;
        }
        for (key, value) in entries.iter().filter(|(_, value)| is_tables(value)) {
            let path = &[path, &[key]].concat();
            match value {
                Value::Table(table) => {
                    self.table(path);
                    self.free(path, &sorted(table));
                }
                Value::Array(items) => {
                    for item in items.iter().filter_map(Value::as_table) {
                        self.array(path);
                        self.free(path, &sorted(item));
                    }
                }
                Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {}
            }
        }
    }
}

fn sorted(table: &toml::Table) -> Vec<(&str, &Value)> {
    let mut entries: Vec<(&str, &Value)> = table.iter().map(|(key, value)| (key.as_str(), value)).collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

/// Whether it has headers of its own.
fn is_tables(value: &Value) -> bool {
    match value {
        Value::Table(_) => true,
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_table),
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => false,
    }
}

fn put(value: &Value, form: Form, out: &mut String) {
    let list = |items: &mut dyn Iterator<Item = (Option<&str>, &Value)>, out: &mut String| {
        for (i, (key, item)) in items.enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            if let Some(key) = key {
                put_key(key, out);
                out.push_str(" = ");
            }
            put(item, form, out);
        }
    };
    match value {
        Value::String(text) => text.put(out),
        // flyctl takes every number through JSON, where each is a float.
        #[expect(clippy::cast_precision_loss, reason = "JSON's numbers have no more")]
        Value::Integer(number) if form != Form::Stated => put_float(*number as f64, out),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Float(number) => put_float(*number, out),
        Value::Boolean(value) => value.put(out),
        Value::Datetime(datetime) => datetime.to_string().put(out),
        Value::Array(items) => {
            out.push('[');
            list(&mut items.iter().map(|item| (None, item)), out);
            out.push(']');
        }
        Value::Table(table) => {
            out.push('{');
            list(&mut sorted(table).into_iter().map(|(key, value)| (Some(key), value)), out);
            out.push('}');
        }
    }
}
