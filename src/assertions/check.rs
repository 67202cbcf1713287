//! Types of expressions, and what an expression is of an item.

use std::fmt;
use std::ops::Range;

use super::attributes::{Attribute, Item, attributes};
use super::syntax::{Comparison, Expression, Node};
use super::{Cx, Error};
use crate::diag::form::{nearest, sentence};
use crate::spec::Subject;

/// Numbers are counted in millionths, as money is.
pub(super) const MICROS: i64 = 1_000_000;

/// What can be asked of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A number.
    Number,
    /// A text: one of these where there are any.
    Text(&'static [&'static str]),
    /// Several texts: of these where there are any.
    List(&'static [&'static str]),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list of texts",
        })
    }
}

/// A value of an attribute, or one that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Bool(bool),
    /// In millionths.
    Number(i64),
    Text(String),
    List(Vec<String>),
}

impl Value {
    pub(super) fn count(number: impl Into<i64>) -> Self {
        Self::Number(number.into().saturating_mul(MICROS))
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(|item| item.to_string()).collect())
    }

    fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::Text(_) => Type::Text(&[]),
            Self::List(_) => Type::List(&[]),
        }
    }

    fn words(&self) -> &[String] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::List(list) => list,
            Self::Bool(_) | Self::Number(_) => &[],
        }
    }
}

/// For a message: a text is in quotes, and a long list is cut.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 8;
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(micros) => {
                let fraction = format!("{:06}", micros.unsigned_abs() % MICROS.unsigned_abs());
                let sign = if *micros < 0 { "-" } else { "" };
                let whole = micros.unsigned_abs() / MICROS.unsigned_abs();
                let text = format!("{sign}{whole}.{fraction}");
                f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
            }
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(list) => {
                let shown: Vec<String> = list.iter().take(MOST).map(|text| format!("{text:?}")).collect();
                let more = if list.len() > MOST { format!(", and {} more", list.len() - MOST) } else { String::new() };
                write!(f, "[{}{more}]", shown.join(", "))
            }
        }
    }
}

/// An expression that is true or false of every item of its subject.
pub(super) struct Checked(Test);

enum Test {
    Or(Box<Test>, Box<Test>),
    And(Box<Test>, Box<Test>),
    Not(Box<Test>),
    Compare(Comparison, Term, Term),
    Is(Term),
}

enum Term {
    Attribute(&'static Attribute),
    Literal(Value),
}

impl Term {
    fn kind(&self) -> Type {
        match self {
            Self::Attribute(attribute) => attribute.kind,
            Self::Literal(value) => value.kind(),
        }
    }

    fn value(&self, item: Item, cx: &Cx<'_>) -> Value {
        match self {
            Self::Attribute(attribute) => (attribute.get)(cx, item),
            Self::Literal(value) => value.clone(),
        }
    }
}

/// Looks up the names of an expression, and compares types.
pub(super) fn check(expression: Expression, subject: Subject) -> Result<Checked, Error> {
    test(expression, subject).map(Checked)
}

fn test(expression: Expression, subject: Subject) -> Result<Test, Error> {
    let both = |left: Expression, right: Expression| {
        Ok::<_, Error>((Box::new(test(left, subject)?), Box::new(test(right, subject)?)))
    };
    let Expression { at, node } = expression;
    match node {
        Node::Or(left, right) => both(*left, *right).map(|(left, right)| Test::Or(left, right)),
        Node::And(left, right) => both(*left, *right).map(|(left, right)| Test::And(left, right)),
        Node::Not(inner) => Ok(Test::Not(Box::new(test(*inner, subject)?))),
        Node::Compare(comparison, left, right) => {
            let places = (left.at.clone(), right.at.clone());
            let (left, right) = (term(*left, subject)?, term(*right, subject)?);
            comparable(comparison, (&left, places.0), (&right, places.1), at)?;
            Ok(Test::Compare(comparison, left, right))
        }
        node @ (Node::Name(_) | Node::Literal(_)) => {
            let term = term(Expression { at: at.clone(), node }, subject)?;
            if term.kind() == Type::Bool {
                return Ok(Test::Is(term));
            }
            let label = format!("this is {}", term.kind());
            Err(wrong(at, label, "compare it: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `contains`".to_owned()))
        }
    }
}

fn term(expression: Expression, subject: Subject) -> Result<Term, Error> {
    let Expression { at, node } = expression;
    match node {
        Node::Literal(value) => Ok(Term::Literal(value)),
        Node::Name(name) => {
            if let Some(attribute) = attributes(subject).find(|attribute| attribute.name == name) {
                return Ok(Term::Attribute(attribute));
            }
            let known: Vec<String> = attributes(subject).map(|attribute| format!("`{}`", attribute.name)).collect();
            let help = match nearest(&name, attributes(subject).map(|attribute| attribute.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", sentence(&known)),
            };
            let article = if subject == Subject::App { "an" } else { "a" };
            let (message, label) = (format!("{article} {subject} has no `{name}`"), "unknown name".to_owned());
            Err(Error { at, message, label, help })
        }
        Node::Or(..) | Node::And(..) | Node::Not(_) | Node::Compare(..) => {
            Err(wrong(at, "this is true or false".to_owned(), "put `and` or `or` between comparisons".to_owned()))
        }
    }
}

fn wrong(at: Range<usize>, label: String, help: String) -> Error {
    Error { at, message: "an expression compares what cannot be compared".to_owned(), label, help }
}

fn comparable(
    comparison: Comparison,
    (left, left_at): (&Term, Range<usize>),
    (right, right_at): (&Term, Range<usize>),
    at: Range<usize>,
) -> Result<(), Error> {
    let (a, b) = (left.kind(), right.kind());
    let fits = match comparison {
        Comparison::Equal | Comparison::NotEqual => std::mem::discriminant(&a) == std::mem::discriminant(&b),
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
            a == Type::Number && b == Type::Number
        }
        Comparison::In => matches!((a, b), (Type::Text(_), Type::List(_))),
        Comparison::Contains => matches!((a, b), (Type::List(_), Type::Text(_))),
    };
    if !fits {
        let help = match comparison {
            Comparison::In => "left of `in` is a text, and right of it a list",
            Comparison::Contains => "left of `contains` is a list, and right of it a text",
            Comparison::Equal | Comparison::NotEqual => "both sides are of one type",
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
                "both sides are numbers"
            }
        };
        return Err(wrong(at, format!("{a}, and {b}"), help.to_owned()));
    }
    // A word that the attribute never is makes a comparison that is never true: a typing mistake.
    for (attribute, literal, place) in [(left, right, right_at), (right, left, left_at)] {
        let (Term::Attribute(attribute), Term::Literal(value)) = (attribute, literal) else { continue };
        let (Type::Text(words) | Type::List(words)) = attribute.kind else { continue };
        let Some(unknown) = value.words().iter().find(|word| !words.is_empty() && !words.contains(&word.as_str()))
        else {
            continue;
        };
        let all: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let help = match nearest(unknown, words.iter().copied()) {
            Some(near) => format!("did you mean {near:?}? It is one of {}", all.join(", ")),
            None => format!("it is one of {}", all.join(", ")),
        };
        let message = format!("`{}` is never {unknown:?}", attribute.name);
        return Err(Error { at: place, message, label: "unknown word".to_owned(), help });
    }
    Ok(())
}

impl Checked {
    /// Whether it is true of an item.
    pub(super) fn holds(&self, item: Item, cx: &Cx<'_>) -> bool {
        self.0.holds(item, cx)
    }

    /// The attributes, each with its value, that make it another than it should be.
    pub(super) fn values_that_decide(&self, item: Item, wanted: bool, cx: &Cx<'_>) -> Vec<(&'static str, Value)> {
        let mut found = Vec::new();
        self.0.decide(item, wanted, cx, &mut found);
        found
    }
}

impl Test {
    fn holds(&self, item: Item, cx: &Cx<'_>) -> bool {
        match self {
            Self::Or(left, right) => left.holds(item, cx) || right.holds(item, cx),
            Self::And(left, right) => left.holds(item, cx) && right.holds(item, cx),
            Self::Not(inner) => !inner.holds(item, cx),
            Self::Compare(comparison, left, right) => {
                compare(*comparison, &left.value(item, cx), &right.value(item, cx))
            }
            Self::Is(term) => term.value(item, cx) == Value::Bool(true),
        }
    }

    /// Walks into the parts that are another than `wanted`.
    fn decide(&self, item: Item, wanted: bool, cx: &Cx<'_>, out: &mut Vec<(&'static str, Value)>) {
        if self.holds(item, cx) == wanted {
            return;
        }
        let mut mention = |term: &Term| {
            if let Term::Attribute(attribute) = term
                && !out.iter().any(|(name, _)| *name == attribute.name)
            {
                let explained = attributes(item.subject()).find(|other| Some(other.name) == attribute.explained_by());
                out.extend([*attribute].into_iter().chain(explained).map(|shown| (shown.name, (shown.get)(cx, item))));
            }
        };
        match self {
            Self::Or(left, right) | Self::And(left, right) => {
                left.decide(item, wanted, cx, out);
                right.decide(item, wanted, cx, out);
            }
            Self::Not(inner) => inner.decide(item, !wanted, cx, out),
            Self::Compare(_, left, right) => {
                mention(left);
                mention(right);
            }
            Self::Is(term) => mention(term),
        }
    }
}

fn compare(comparison: Comparison, left: &Value, right: &Value) -> bool {
    let number = |value: &Value| if let Value::Number(number) = value { *number } else { 0 };
    match comparison {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => number(left) < number(right),
        Comparison::LessOrEqual => number(left) <= number(right),
        Comparison::Greater => number(left) > number(right),
        Comparison::GreaterOrEqual => number(left) >= number(right),
        Comparison::In => left.words().iter().all(|word| right.words().contains(word)),
        Comparison::Contains => right.words().iter().all(|word| left.words().contains(word)),
    }
}
