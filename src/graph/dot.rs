//! Graphviz.

use std::fmt::Write as _;

use super::{EdgeKind, Graph, Node, Shape};

/// A graph for `dot`.
pub fn dot(graph: &Graph) -> String {
    let mut out = format!("digraph \"{}\" {{\n", escaped(&graph.title));
    out.push_str("  rankdir=LR;\n  bgcolor=\"transparent\";\n");
    out.push_str(
        "  node [fontname=\"monospace\", fontsize=11, style=\"filled\", fillcolor=\"#f8fafc\", color=\"#64748b\"];\n",
    );
    out.push_str("  edge [fontname=\"monospace\", fontsize=9, fontcolor=\"#64748b\"];\n");
    for node in &graph.nodes {
        let shape = match node.shape {
            Shape::Internet => "ellipse",
            Shape::Secrets => "note",
            Shape::App => "box",
            Shape::Data => "cylinder",
            Shape::Outside => "octagon",
        };
        let _ = writeln!(out, "  {} [shape={shape}, label=\"{}\"];", node.id, label(node));
    }
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from].id, &graph.nodes[edge.to].id);
        let look = match edge.kind {
            EdgeKind::Public => "color=\"#2563eb\", penwidth=2",
            EdgeKind::Private => "color=\"#0d9488\"",
            EdgeKind::Data => "color=\"#d97706\"",
            EdgeKind::Secret => "color=\"#9333ea\", style=dashed",
            EdgeKind::Order => "color=\"#64748b\", style=dotted",
        };
        let labels: Vec<String> = edge.labels.iter().map(|label| escaped(label)).collect();
        let label = if labels.is_empty() { String::new() } else { format!(", label=\"{}\"", labels.join("\\n")) };
        let _ = writeln!(out, "  {from} -> {to} [{look}{label}];");
    }
    out.push_str("}\n");
    out
}

fn label(node: &Node) -> String {
    let mut lines = vec![escaped(&node.title)];
    lines.extend(node.lines.iter().map(|line| escaped(line)));
    let before = if node.shape == Shape::Secrets { "" } else { "secret " };
    lines.extend(node.secrets.iter().map(|name| format!("{before}{}", escaped(name))));
    lines.join("\\n")
}

/// Text of the user's within quotes: nothing of it is an escape or an entity.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '&' => out.push_str("&amp;"),
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
        assert_eq!(escaped("my-web ×2"), "my-web ×2");
        assert_eq!(escaped("\"]; a -> b\n\\N &lt;"), "\\\"]; a -> b \\\\N &amp;lt;");
    }
}
