//! Mermaid: text that GitHub, GitLab and many editors draw.

use std::fmt::Write as _;

use super::{EdgeKind, Graph, Node, Shape};

/// A graph as a flowchart.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    for node in &graph.nodes {
        let (open, close) = match node.shape {
            Shape::Internet => ("((", "))"),
            Shape::Secrets => ("{{", "}}"),
            Shape::App => ("[", "]"),
            Shape::Data => ("[(", ")]"),
            Shape::Outside => ("([", "])"),
        };
        let _ = writeln!(out, "  {}{open}\"{}\"{close}", node.id, label(node));
    }
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from].id, &graph.nodes[edge.to].id);
        let labels: Vec<String> = edge.labels.iter().map(|label| escaped(label)).collect();
        let labels = labels.join("<br/>");
        let (start, arrow) = match edge.kind {
            EdgeKind::Public => ("==", "==>"),
            EdgeKind::Private | EdgeKind::Data => ("--", "-->"),
            EdgeKind::Secret | EdgeKind::Order => ("-.", ".->"),
        };
        let _ = match (labels.is_empty(), edge.kind) {
            (false, _) => writeln!(out, "  {from} {start} \"{labels}\" {arrow} {to}"),
            (true, EdgeKind::Secret | EdgeKind::Order) => writeln!(out, "  {from} -.-> {to}"),
            (true, _) => writeln!(out, "  {from} {arrow} {to}"),
        };
    }
    out
}

fn label(node: &Node) -> String {
    let mut lines = vec![format!("<b>{}</b>", escaped(&node.title))];
    lines.extend(node.lines.iter().map(|line| escaped(line)));
    if !node.secrets.is_empty() {
        let before = if node.shape == Shape::Secrets { "" } else { "secrets: " };
        let names: Vec<String> = node.secrets.iter().map(|name| escaped(name)).collect();
        lines.push(format!("{before}{}", names.join(", ")));
    }
    lines.join("<br/>")
}

/// Text of the user's within quotes: nothing of it is Mermaid, HTML, or the end of a block of Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '%' | ';' | '{' | '}' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(escaped("my-web ×2, \u{e9}"), "my-web ×2, é");
        assert_eq!(escaped("\"]\n```<!-- /flyarch:graph -->"), "#34;] #96;#96;#96;#60;!-- /flyarch:graph --#62;");
        assert_eq!(escaped("%%{init}%% #quot;\\n"), "#37;#37;#123;init#125;#37;#37; #35;quot#59;#92;n");
    }
}
