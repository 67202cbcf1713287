//! Estimates and pictures of every spec that means something: sums are sums, and text stays in its box.

use flyarch::cost::{self, Amount, Footing, Prices, Usage, estimate};
use flyarch::facts::FACTS;
use flyarch::graph::{Edge, EdgeKind, Graph, Node, Shape, dot, mermaid, svg};
use flyarch::model::Model;
use flyarch::source::Source;
use flyarch::{Options, interpret};
use proptest::prelude::*;
use quick_xml::events::{BytesStart, Event};

use crate::support::{self, documents, mutations};

fn model(text: &str) -> Option<Model> {
    interpret(&Source::new("spec.toml", text), &FACTS, &Options::default()).model
}

#[test]
fn of_the_specs_and_examples() {
    let models: Vec<Model> = mutations::specs().iter().filter_map(|text| model(text)).collect();
    assert!(models.len() > 20, "{}", models.len());
    for model in models {
        add_up(&model);
        stay_in_their_boxes(&Graph::of(&model));
    }
}

#[test]
fn of_mutated_specs() {
    let specs = mutations::specs();
    let some = || prop::sample::select(specs.clone());
    let changes = prop::collection::vec(mutations::mutations(), 1..5);
    proptest!(support::cases(200), |(text in some(), other in some(), changes in changes)| {
        if let Some(model) = model(&mutations::mutated(&text, &other, &changes)) {
            add_up(&model);
            stay_in_their_boxes(&Graph::of(&model));
        }
    });
}

/// A floor is no more than its ceiling, a total is the sum of what is shown, and every format shows it.
fn add_up(model: &Model) {
    let (prices, usage) = (Prices::known(&FACTS), Usage::default());
    let estimate = estimate(model, &FACTS, &prices, &usage);
    let cents = |amount: Amount| (amount.usd.to_string().replace('.', "").parse::<i64>().unwrap(), amount.open);
    for (total, of) in [
        (estimate.floor(), estimate.items.iter().map(|item| cents(item.floor)).collect::<Vec<_>>()),
        (estimate.ceiling(), estimate.items.iter().map(|item| cents(item.ceiling)).collect()),
    ] {
        let sum = of.iter().map(|(usd, _)| usd).sum::<i64>();
        assert_eq!(cents(total), (sum, of.iter().any(|(_, open)| *open)), "{estimate:#?}");
    }
    assert!(estimate.floor().usd <= estimate.ceiling().usd || estimate.ceiling().open, "{estimate:#?}");
    for item in &estimate.items {
        assert!(item.floor.usd <= item.ceiling.usd || item.ceiling.open, "{item:#?}");
        // What has no price is no nothing.
        assert!(item.basis.is_some() || item.ceiling.is_unknown(), "{item:#?}");
    }
    let footing = Footing { model, environment: None, usage: false };
    let text = cost::text(&estimate, footing);
    assert!(text.contains(&estimate.ceiling().to_string()), "{text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    let markdown = cost::markdown(&estimate, footing);
    let rows = markdown.lines().filter(|line| line.starts_with('|')).count();
    assert!(rows > estimate.items.len(), "{markdown}");
    let items = estimate.items.len();
    let json: serde_json::Value = serde_json::from_str(&cost::json(&[(estimate, footing)])).unwrap();
    assert_eq!(json["estimates"][0]["items"].as_array().unwrap().len(), items);
}

/// A rectangle, with its left, top, right and lower end.
#[derive(Clone, Copy, Debug)]
struct Area(i64, i64, i64, i64);

impl Area {
    fn meets(self, other: Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }
}

/// A number of an element of SVG.
fn number(element: &BytesStart<'_>, name: &str) -> i64 {
    let value = element.try_get_attribute(name).unwrap().unwrap_or_else(|| panic!("no {name}"));
    value.value.parse().unwrap()
}

/// No box lies upon another, no text leaves its box or lies upon another text, no line runs through a box.
fn stay_in_their_boxes(graph: &Graph) {
    let picture = svg(graph).unwrap();
    let mut reader = quick_xml::Reader::from_str(&picture);
    let (mut boxes, mut texts, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    let mut begun = None;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {picture}")) {
            Event::Eof => break,
            Event::Empty(element) if element.name().as_ref() == "rect" => {
                let [x, y, width, height] = ["x", "y", "width", "height"].map(|name| number(&element, name));
                boxes.push(Area(x, y, x + width, y + height));
            }
            Event::Empty(element) if element.name().as_ref() == "path" => {
                let path = element.try_get_attribute("d").unwrap().unwrap();
                let path = path.value.to_string();
                // Those with a colour of their own are within boxes, and in the legend.
                if let (Some((start, end)), None) = (path.split_once('H'), element.try_get_attribute("stroke").unwrap())
                {
                    let (x, y) = start[1..].split_once(' ').unwrap();
                    lines.push([x, y, end].map(|number| number.parse::<i64>().unwrap()));
                }
            }
            Event::Start(element) if element.name().as_ref() == "text" => {
                let end = element.try_get_attribute("text-anchor").unwrap().is_some();
                let bold = element.try_get_attribute("font-size").unwrap().is_some();
                begun = Some((number(&element, "x"), number(&element, "y"), end, bold, 0));
            }
            Event::Text(text) => {
                if let Some(begun) = &mut begun {
                    begun.4 += i64::try_from(text.as_ref().chars().count()).unwrap();
                }
            }
            Event::GeneralRef(_) => {
                if let Some(begun) = &mut begun {
                    begun.4 += 1;
                }
            }
            Event::End(element) if element.name().as_ref() == "text" => {
                let (x, y, end, bold, letters) = begun.take().unwrap();
                // 0.602 of the size of the letters.
                let width = letters * if bold { 783 } else { 723 } / 100;
                let x = if end { x - width } else { x };
                texts.push(Area(x, y - 10, x + width, y + 3));
            }
            Event::Start(_)
            | Event::End(_)
            | Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
    let legend = usize::from(!graph.edges.is_empty());
    assert_eq!(boxes.len(), graph.nodes.len() + legend, "{picture}");
    for (at, one) in boxes.iter().enumerate() {
        assert!(!boxes[..at].iter().any(|other| one.meets(*other)), "{one:?} lies upon another: {picture}");
    }
    for (at, text) in texts.iter().enumerate() {
        let holds = |area: &Area| area.0 <= text.0 && area.1 <= text.1 && text.2 <= area.2 && text.3 <= area.3;
        assert!(boxes.iter().any(holds), "{text:?} leaves its box: {picture}");
        // Boxes do not meet, so that texts that do are neighbours.
        let before = &texts[at.saturating_sub(20)..at];
        assert!(!before.iter().any(|other| text.meets(*other)), "{text:?} lies upon another: {picture}");
    }
    for [left, y, right] in lines {
        let line = Area(left, y, right, y + 1);
        assert!(!boxes.iter().any(|area| line.meets(*area)), "{line:?} runs through a box: {picture}");
    }
}

/// Labels are anything: what becomes of them is one label.
#[test]
fn hostile_labels_stay_labels() {
    let labels = || prop::collection::vec(documents::words().prop_map(|text| format!("x{text}")), 1..5);
    proptest!(support::cases(200), |(title in documents::words(), lines in labels(), secrets in labels(), labels in labels())| {
        let node = |id: &str, shape| Node {
            id: id.to_owned(),
            shape,
            title: title.clone(),
            lines: lines.clone(),
            secrets: if shape == Shape::Outside { Vec::new() } else { secrets.clone() },
        };
        let mut graph = Graph { title: title.clone(), ..Graph::default() };
        graph.nodes = vec![node("a", Shape::App), node("b", Shape::Outside)];
        let edge = |from, to| Edge { from, to, kind: EdgeKind::Private, labels: labels.clone() };
        graph.edges = vec![edge(0, 1), edge(1, 0)];
        let flowchart = mermaid(&graph);
        prop_assert_eq!(flowchart.lines().count(), 5, "{}", flowchart);
        for line in flowchart.lines().skip(1) {
            // The quotes around the label, and no others; nothing that a block of Markdown would end with.
            prop_assert_eq!(line.matches('"').count(), 2, "{}", flowchart);
            prop_assert!(!line.contains('`') && !line.contains("<!--") && !line.contains("%%"), "{}", flowchart);
        }
        let graphviz = dot(&graph);
        for line in graphviz.lines() {
            let plain = line.replace("\\\\", "").replace("\\\"", "");
            prop_assert_eq!(plain.matches('"').count() % 2, 0, "{}", graphviz);
        }
        prop_assert_eq!(graphviz.lines().count(), 10, "{}", graphviz);
        // Letters of every script have their own width; those that are not shown have none.
        if [&title].into_iter().chain(&lines).chain(&secrets).chain(&labels).all(|text| text.is_ascii()) {
            stay_in_their_boxes(&graph);
        } else {
            let picture = svg(&graph).unwrap();
            let mut reader = quick_xml::Reader::from_str(&picture);
            while reader.read_event().map_err(|error| TestCaseError::fail(format!("{error}: {picture}")))? != Event::Eof {}
        }
    });
}
