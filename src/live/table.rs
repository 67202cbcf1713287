//! Tables that flyctl prints where it has no JSON (`internal/render/render.go`): columns with `│` between them, the heads
//! of columns in capitals.

use super::Database;

/// The rows of a table whose first line has these columns.
fn rows<'t>(text: &'t str, columns: &[&str]) -> Result<Vec<Vec<&'t str>>, String> {
    let cells = |line: &'t str| line.split('│').map(str::trim).collect::<Vec<_>>();
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((at, head)) = lines.next() else { return Err("the file is empty".to_owned()) };
    if !cells(head).iter().map(|cell| cell.to_uppercase()).eq(columns.iter().map(|column| (*column).to_owned())) {
        return Err(format!("line {} column 1 is not the head of a table of {}", at + 1, columns.join(", ")));
    }
    let rows = lines.map(|(at, line)| {
        let row = cells(line);
        let is_row = row.len() == columns.len() && !row[0].is_empty();
        if is_row { Ok(row) } else { Err(format!("line {} column 1 is no row of the table", at + 1)) }
    });
    rows.collect()
}

/// `internal/command/redis/list.go`.
pub(super) fn databases(text: &str) -> Result<Vec<Database>, String> {
    let rows = rows(text, &["NAME", "ORG", "PLAN", "EVICTION", "PRIMARY REGION", "READ REGIONS"])?;
    let database = |row: Vec<&str>| {
        let mut replicas: Vec<String> =
            row[5].split(',').map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect();
        replicas.sort_unstable();
        Database {
            name: row[0].to_owned(),
            plan: row[2].to_owned(),
            has_eviction: row[3] == "Enabled",
            region: row[4].to_owned(),
            replicas,
        }
    };
    Ok(rows.into_iter().map(database).collect())
}

/// `internal/command/extensions/tigris/list.go`.
pub(super) fn buckets(text: &str) -> Result<Vec<String>, String> {
    Ok(rows(text, &["NAME", "ORG"])?.into_iter().map(|row| row[0].to_owned()).collect())
}
