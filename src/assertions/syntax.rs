//! From the text of an expression to a tree.
//!
//! ```text
//! or      = and { "or" and }
//! and     = not { "and" not }
//! not     = "not" not | compare
//! compare = term [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "contains" ) term ]
//! term    = name | "text" | 'text' | number | "true" | "false" | "[" [ text { "," text } ] "]" | "(" or ")"
//! ```

use std::ops::Range;

use super::Error;
use super::check::{MICROS, Value};

/// How long an expression may be, in bytes.
const LONGEST: usize = 2000;
/// How deep its parentheses and negations may go.
const DEEPEST: usize = 32;

/// An expression, with its place in the text.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) at: Range<usize>,
    pub(super) node: Node,
}

/// What an expression is.
#[derive(Debug)]
pub(super) enum Node {
    Or(Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    Name(String),
    Literal(Value),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Contains,
}

impl Comparison {
    const SIGNS: [(&'static str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
    ];
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expression, Error> {
    if text.len() > LONGEST {
        let help = "say it in several assertions".to_owned();
        let message = format!("an expression has at most {LONGEST} characters");
        return Err(Error { at: 0..text.len(), message, label: "too long".to_owned(), help });
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.len(), depth: 0 };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(Parser::unexpected(&token.kind, token.at.clone(), "`and`, `or` or a comparison")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Word(String),
    Text(String),
    Number(i64),
    Sign(&'static str),
    Comparison(Comparison),
}

#[derive(Clone, Debug)]
struct Token {
    at: Range<usize>,
    kind: Kind,
}

fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let rest = &text[at..];
        let while_true = |is: fn(char) -> bool| rest.find(|c: char| !is(c)).unwrap_or(rest.len());
        let sign = Comparison::SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        let (length, kind) = if let Some((sign, comparison)) = sign {
            (sign.len(), Kind::Comparison(*comparison))
        } else if let Some(sign) = ["(", ")", "[", "]", ","].into_iter().find(|sign| rest.starts_with(sign)) {
            (1, Kind::Sign(sign))
        } else if c == '"' || c == '\'' {
            let Some(length) = rest[1..].find(c) else {
                return Err(error(
                    at..text.len(),
                    "a text has no end",
                    "it begins here",
                    &format!("add {c} behind it"),
                ));
            };
            (length + 2, Kind::Text(rest[1..=length].to_owned()))
        } else if c.is_ascii_digit() {
            let length = while_true(|c| c.is_ascii_digit() || c == '.' || c == '_');
            (length, Kind::Number(number(&rest[..length]).ok_or_else(|| not_a_number(at..at + length))?))
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = while_true(|c| c.is_ascii_alphanumeric() || c == '_');
            let word = &rest[..length];
            let kind = match word {
                "in" => Kind::Comparison(Comparison::In),
                "contains" => Kind::Comparison(Comparison::Contains),
                _ => Kind::Word(word.to_owned()),
            };
            (length, kind)
        } else {
            let help = match c {
                '=' => "write `==` to compare",
                '&' => "write `and`",
                '|' => "write `or`",
                '!' => "write `not`, or `!=`",
                _ => "expected a name, a text in quotes, a number, or a comparison",
            };
            let found = error(at..at + c.len_utf8(), "an expression cannot be read", "nothing begins so", help);
            return Err(found);
        };
        tokens.push(Token { at: at..at + length, kind });
        at += length;
    }
    Ok(tokens)
}

/// A number in millionths.
fn number(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || text.ends_with('.') || fraction.len() > 6 || text.contains('_') {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = if fraction.is_empty() { 0 } else { format!("{fraction:0<6}").parse().ok()? };
    whole.checked_mul(MICROS)?.checked_add(fraction)
}

fn not_a_number(at: Range<usize>) -> Error {
    error(at, "an expression cannot be read", "this is no number", "write digits, and at most six behind a point")
}

fn error(at: Range<usize>, message: &str, label: &str, help: &str) -> Error {
    Error { at, message: message.to_owned(), label: label.to_owned(), help: help.to_owned() }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn is_word(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| matches!(&token.kind, Kind::Word(found) if found == word))
    }

    fn is_sign(&self, sign: &str) -> bool {
        self.peek().is_some_and(|token| matches!(&token.kind, Kind::Sign(found) if *found == sign))
    }

    fn or(&mut self) -> Result<Expression, Error> {
        let mut left = self.and()?;
        while self.is_word("or") {
            self.at += 1;
            let right = self.and()?;
            left = joined(left, right, Node::Or);
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, Error> {
        let mut left = self.not()?;
        while self.is_word("and") {
            self.at += 1;
            let right = self.not()?;
            left = joined(left, right, Node::And);
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expression, Error> {
        let Some(start) = self.peek().map(|token| token.at.start).filter(|_| self.is_word("not")) else {
            return self.compare();
        };
        self.at += 1;
        let inner = self.deeper(start, Self::not)?;
        Ok(Expression { at: start..inner.at.end, node: Node::Not(Box::new(inner)) })
    }

    fn compare(&mut self) -> Result<Expression, Error> {
        let left = self.term()?;
        let Some(Kind::Comparison(comparison)) = self.peek().map(|token| token.kind.clone()) else { return Ok(left) };
        self.at += 1;
        let right = self.term()?;
        if let Some(Token { kind: Kind::Comparison(_), at }) = self.peek() {
            let help = "compare two, and put `and` between the comparisons";
            return Err(error(at.clone(), "an expression cannot be read", "a comparison of a comparison", help));
        }
        Ok(joined(left, right, |left, right| Node::Compare(comparison, left, right)))
    }

    fn term(&mut self) -> Result<Expression, Error> {
        const EXPECTED: &str = "a name, a text in quotes, a number, or a list";
        let Some(Token { at, kind }) = self.peek().cloned() else {
            let label = "something is missing behind this";
            let at = self.end.saturating_sub(1)..self.end;
            return Err(error(at, "an expression ends too soon", label, &format!("expected {EXPECTED}")));
        };
        self.at += 1;
        let literal = |value| Ok(Expression { at: at.clone(), node: Node::Literal(value) });
        match kind {
            Kind::Text(text) => literal(Value::Text(text)),
            Kind::Number(number) => literal(Value::Number(number)),
            Kind::Word(word) if word == "true" || word == "false" => literal(Value::Bool(word == "true")),
            Kind::Word(word) if !["and", "or", "not"].contains(&word.as_str()) => {
                Ok(Expression { at, node: Node::Name(word) })
            }
            Kind::Sign("(") => {
                let inner = self.deeper(at.start, Self::or)?;
                let end = self.closed(")", at)?;
                Ok(Expression { at: inner.at.start..end, node: inner.node })
            }
            Kind::Sign("[") => self.list(at),
            kind @ (Kind::Word(_) | Kind::Sign(_) | Kind::Comparison(_)) => Err(Self::unexpected(&kind, at, EXPECTED)),
        }
    }

    /// A list, behind its bracket.
    fn list(&mut self, open: Range<usize>) -> Result<Expression, Error> {
        let mut items = Vec::new();
        while !self.is_sign("]") {
            match self.peek().cloned() {
                Some(Token { kind: Kind::Text(text), .. }) => items.push(text),
                Some(Token { kind, at }) => return Err(Self::unexpected(&kind, at, "a text in quotes")),
                None => break,
            }
            self.at += 1;
            if !self.is_sign(",") {
                break;
            }
            self.at += 1;
        }
        let end = self.closed("]", open.clone())?;
        Ok(Expression { at: open.start..end, node: Node::Literal(Value::List(items)) })
    }

    fn closed(&mut self, sign: &'static str, open: Range<usize>) -> Result<usize, Error> {
        match self.peek() {
            Some(token) if token.kind == Kind::Sign(sign) => {
                let end = token.at.end;
                self.at += 1;
                Ok(end)
            }
            Some(token) => Err(Self::unexpected(&token.kind, token.at.clone(), &format!("`{sign}`"))),
            None => {
                Err(error(open, "an expression ends too soon", "it opens here", &format!("close it with `{sign}`")))
            }
        }
    }

    fn deeper(
        &mut self,
        start: usize,
        read: impl Fn(&mut Self) -> Result<Expression, Error>,
    ) -> Result<Expression, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let help = "say it in several assertions";
            return Err(error(start..self.end, "an expression cannot be read", "too many levels", help));
        }
        let inner = read(self)?;
        self.depth -= 1;
        Ok(inner)
    }

    fn unexpected(kind: &Kind, at: Range<usize>, expected: &str) -> Error {
        let found = match kind {
            Kind::Word(word) => format!("`{word}`"),
            Kind::Text(_) => "a text".to_owned(),
            Kind::Number(_) => "a number".to_owned(),
            Kind::Sign(sign) => format!("`{sign}`"),
            Kind::Comparison(_) => "a comparison".to_owned(),
        };
        let label = format!("found {found}");
        error(at, "an expression cannot be read", &label, &format!("expected {expected}"))
    }
}

fn joined(
    left: Expression,
    right: Expression,
    node: impl FnOnce(Box<Expression>, Box<Expression>) -> Node,
) -> Expression {
    let at = left.at.start..right.at.end;
    Expression { at, node: node(Box::new(left), Box::new(right)) }
}
