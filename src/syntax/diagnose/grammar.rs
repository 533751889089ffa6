//! `python.peg` → rules. The head of the file describes the notation.

use rustc_hash::FxHashMap;

use crate::syntax::lexer::{Token as Kind, literal};
use crate::target::GrammarRule;

const SOURCE: &str = include_str!("python.peg");

macro_rules! shapes {
    ($($shape:ident,)+) => {
        /// Kind of a node that a message may name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Shape {
            /// Several values without a common meaning.
            Sequence,
            Constant,
            $($shape,)+
        }

        const SHAPES: &[(&str, Shape)] = &[$((stringify!($shape), Shape::$shape),)+];
    };
}

shapes! {
    Tuple, List, Set, Dict, Starred, Compare, Operation, Attribute, Subscript, Slice, Call, Lambda, GeneratorExp,
    ListComp, SetComp, DictComp, Comprehension, Yield, Await, IfExp, NamedExpr, Keyword, DoubleStar, JoinedStr,
    TemplateStr,
}

pub(super) struct Grammar {
    pub(super) rules: Vec<ParserRule>,
    pub(super) start: usize,
    /// Rule of the expression of a field that is parsed by itself.
    pub(super) field: usize,
}

pub(super) struct ParserRule {
    pub(super) memo: bool,
    pub(super) left: bool,
    /// True for a rule that CPython does not have, which takes no level of its parser.
    pub(super) ours: bool,
    /// Alternatives of [`ParserRule`] in which mistakes are not searched for.
    pub(super) without_invalid: bool,
    pub(super) alternatives: Vec<Alternative>,
}

pub(super) struct Alternative {
    /// True for an alternative that is used only in the search for mistakes.
    pub(super) invalid: bool,
    /// Rule of the target's grammar that must be present, or absent if false.
    pub(super) mark: Option<(GrammarRule, bool)>,
    pub(super) elements: Vec<(Option<u8>, GrammarItem)>,
    pub(super) action: GrammarAction,
}

pub(super) enum GrammarItem {
    Rule(usize),
    Token(Kind),
    /// A soft keyword: a name with this text.
    Soft(String),
    AnySoft,
    Group(Vec<Alternative>),
    Optional(Box<GrammarItem>),
    /// One or more repetitions, or any number of them.
    Repeat(Box<GrammarItem>, bool),
    /// Separator and element.
    Separated(Box<GrammarItem>, Box<GrammarItem>),
    /// A lookahead; true if the item must match.
    Look(Box<GrammarItem>, bool),
    Cut,
    /// An item that must follow, and its text.
    Force(Kind, String),
}

pub(super) enum GrammarAction {
    /// The only value, or all values.
    Values,
    Label(u8),
    Node(Shape),
    Call(String),
    Complain(ComplaintPlace, String),
}

/// A label, or the last item of its value.
#[derive(Clone, Copy)]
pub(super) struct LabelReference {
    pub(super) label: u8,
    pub(super) last: bool,
}

#[derive(Clone, Copy)]
pub(super) enum ComplaintPlace {
    At(LabelReference),
    Range(LabelReference, LabelReference),
    From(LabelReference),
    Last,
    Next,
    Indent,
    Target(LabelReference),
}

impl Grammar {
    /// Parses the grammar; returns none if it is malformed.
    pub(super) fn read() -> Option<Self> {
        let mut bodies: Vec<(Vec<&str>, String)> = Vec::new();
        for line in SOURCE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if line.starts_with(' ') {
                bodies.last_mut()?.1.push_str(line);
            } else {
                let (head, body) = line.split_once(':')?;
                bodies.push((head.split(' ').collect(), body.to_owned()));
            }
        }
        let numbers: FxHashMap<&str, usize> =
            bodies.iter().enumerate().filter_map(|(at, (head, _))| Some((*head.first()?, at))).collect();
        let mut rules = Vec::new();
        for (head, body) in &bodies {
            let mut reader = GrammarReader { words: words(body)?, at: 0, numbers: &numbers };
            let alternatives = reader.alternatives()?;
            if reader.at != reader.words.len() {
                return None;
            }
            rules.push(ParserRule {
                memo: head.contains(&"memo"),
                left: head.contains(&"left"),
                ours: head.contains(&"ours"),
                without_invalid: head.first()?.ends_with("_without_invalid"),
                alternatives,
            });
        }
        Some(Self { start: *numbers.get("file")?, field: *numbers.get("field_alone")?, rules })
    }
}

#[derive(Clone, PartialEq, Eq)]
enum GrammarWord {
    Name(String),
    Quoted(String),
    DoubleQuoted(String),
    Sign(char),
    /// `&&`.
    Force,
    /// `->`.
    Action,
}

fn words(body: &str) -> Option<Vec<GrammarWord>> {
    let mut words = Vec::new();
    let mut letters = body.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '\'' => words
                .push(GrammarWord::Quoted(letters.by_ref().take_while(|&letter| letter != '\'').collect())),
            '"' => {
                let mut text = String::new();
                loop {
                    match letters.next()? {
                        '"' => break,
                        '\\' => text.push(letters.next()?),
                        other => text.push(other),
                    }
                }
                words.push(GrammarWord::DoubleQuoted(text));
            }
            '-' if letters.next_if_eq(&'>').is_some() => words.push(GrammarWord::Action),
            '&' if letters.next_if_eq(&'&').is_some() => words.push(GrammarWord::Force),
            letter if letter.is_ascii_alphanumeric() || letter == '_' => {
                let mut name = String::from(letter);
                while let Some(next) = letters.next_if(|&next| next.is_ascii_alphanumeric() || next == '_') {
                    name.push(next);
                }
                words.push(GrammarWord::Name(name));
            }
            sign => words.push(GrammarWord::Sign(sign)),
        }
    }
    Some(words)
}

struct GrammarReader<'n> {
    words: Vec<GrammarWord>,
    at: usize,
    numbers: &'n FxHashMap<&'n str, usize>,
}

impl GrammarReader<'_> {
    fn peek(&self) -> Option<&GrammarWord> {
        self.words.get(self.at)
    }

    fn sign(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&GrammarWord::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<GrammarWord> {
        self.at += 1;
        self.words.get(self.at - 1).cloned()
    }

    fn alternatives(&mut self) -> Option<Vec<Alternative>> {
        let mut alternatives = vec![self.alternative()?];
        while self.sign('|') {
            alternatives.push(self.alternative()?);
        }
        Some(alternatives)
    }

    fn alternative(&mut self) -> Option<Alternative> {
        let mut elements = Vec::new();
        let mut mark = None;
        if self.sign('<') {
            let wanted = !self.sign('!');
            let GrammarWord::Name(name) = self.next()? else { return None };
            if !self.sign('>') {
                return None;
            }
            mark = Some((GrammarRule::named(&name)?, wanted));
        }
        let first = self.peek().cloned();
        while !matches!(self.peek(), None | Some(GrammarWord::Sign('|' | ')') | GrammarWord::Action)) {
            elements.push(self.element()?);
        }
        let invalid = elements.len() == 1
            && matches!(&first, Some(GrammarWord::Name(name)) if name.starts_with("invalid_"));
        let action = if self.peek() == Some(&GrammarWord::Action) {
            self.at += 1;
            self.action()?
        } else {
            GrammarAction::Values
        };
        Some(Alternative { invalid, mark, elements, action })
    }

    fn element(&mut self) -> Option<(Option<u8>, GrammarItem)> {
        let mut label = None;
        if let (Some(GrammarWord::Name(name)), Some(GrammarWord::Sign(':'))) =
            (self.peek(), self.words.get(self.at + 1))
            && let [letter @ b'a'..=b'c'] = name.as_bytes()
        {
            label = Some(letter - b'a');
            self.at += 2;
        }
        let item = match self.peek()? {
            GrammarWord::Sign('~') => {
                self.at += 1;
                GrammarItem::Cut
            }
            GrammarWord::Sign(sign @ ('&' | '!')) => {
                let wanted = *sign == '&';
                self.at += 1;
                GrammarItem::Look(Box::new(self.atom()?), wanted)
            }
            GrammarWord::Force => {
                self.at += 1;
                match self.next()? {
                    GrammarWord::Quoted(text) => GrammarItem::Force(literal(&text)?, text),
                    _ => return None,
                }
            }
            _ => {
                let atom = self.atom()?;
                if self.sign('.') {
                    let element = self.atom()?;
                    if !self.sign('+') {
                        return None;
                    }
                    GrammarItem::Separated(Box::new(atom), Box::new(element))
                } else if self.sign('?') {
                    GrammarItem::Optional(Box::new(atom))
                } else if self.sign('*') {
                    GrammarItem::Repeat(Box::new(atom), false)
                } else if self.sign('+') {
                    GrammarItem::Repeat(Box::new(atom), true)
                } else {
                    atom
                }
            }
        };
        Some((label, item))
    }

    fn atom(&mut self) -> Option<GrammarItem> {
        Some(match self.next()? {
            GrammarWord::Sign('(') => {
                let group = self.alternatives()?;
                if !self.sign(')') {
                    return None;
                }
                GrammarItem::Group(group)
            }
            GrammarWord::Quoted(text) => GrammarItem::Token(literal(&text)?),
            GrammarWord::DoubleQuoted(text) => GrammarItem::Soft(text),
            GrammarWord::Name(name) => match name.as_str() {
                "NAME" => GrammarItem::Token(Kind::Name),
                "NUMBER" => GrammarItem::Token(Kind::Number),
                "STRING" => GrammarItem::Token(Kind::String),
                "NEWLINE" => GrammarItem::Token(Kind::Newline),
                "INDENT" => GrammarItem::Token(Kind::Indent),
                "DEDENT" => GrammarItem::Token(Kind::Dedent),
                "END" => GrammarItem::Token(Kind::End),
                "FSTART" => GrammarItem::Token(Kind::FormatStart),
                "FMIDDLE" => GrammarItem::Token(Kind::FormatMiddle),
                "FEND" => GrammarItem::Token(Kind::FormatEnd),
                "TSTART" => GrammarItem::Token(Kind::TemplateStart),
                "TMIDDLE" => GrammarItem::Token(Kind::TemplateMiddle),
                "TEND" => GrammarItem::Token(Kind::TemplateEnd),
                "SOFT" => GrammarItem::AnySoft,
                name => GrammarItem::Rule(*self.numbers.get(name)?),
            },
            _ => return None,
        })
    }

    fn action(&mut self) -> Option<GrammarAction> {
        let GrammarWord::Name(name) = self.next()? else { return None };
        if let Some((_, shape)) = SHAPES.iter().find(|(known, _)| *known == name) {
            return Some(GrammarAction::Node(*shape));
        }
        if let [letter @ b'a'..=b'c'] = name.as_bytes() {
            return Some(GrammarAction::Label(letter - b'a'));
        }
        let place = match name.as_str() {
            "at" => ComplaintPlace::At(self.reference()?),
            "range" => ComplaintPlace::Range(self.reference()?, self.reference()?),
            "from" => ComplaintPlace::From(self.reference()?),
            "target" => ComplaintPlace::Target(self.reference()?),
            "last" => ComplaintPlace::Last,
            "next" => ComplaintPlace::Next,
            "indent" => ComplaintPlace::Indent,
            _ => return Some(GrammarAction::Call(name)),
        };
        match self.next()? {
            GrammarWord::DoubleQuoted(message) => Some(GrammarAction::Complain(place, message)),
            _ => None,
        }
    }

    fn reference(&mut self) -> Option<LabelReference> {
        let GrammarWord::Name(name) = self.next()? else { return None };
        let [letter @ b'a'..=b'c'] = name.as_bytes() else { return None };
        Some(LabelReference { label: letter - b'a', last: self.sign('*') })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_grammar_can_be_read() {
        assert!(super::Grammar::read().is_some());
    }
}
