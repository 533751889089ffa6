//! `python.peg` → rules, without those that only look for mistakes. The head of the file describes
//! the notation.

use super::first::{self, First};
use pycompile::target::{GrammarRule, Target};
use std::collections::BTreeMap;

const SOURCE: &str = include_str!("../../src/syntax/diagnose/python.peg");

/// The rules that one target has.
pub struct Grammar {
    pub rules: Vec<Rule>,
    pub start: usize,
    /// The kinds of tokens, by number.
    pub kinds: Vec<String>,
}

pub struct Rule {
    pub memo: bool,
    pub left: bool,
    /// Counts for the depth of CPython's parser.
    pub counts: bool,
    pub alternatives: Vec<Alternative>,
    pub first: First,
}

pub struct Alternative {
    pub elements: Vec<Element>,
    pub action: Action,
    pub first: First,
}

pub struct Element {
    pub label: Option<usize>,
    pub item: Item,
}

pub enum Item {
    Rule(usize),
    /// The number of a kind: `NAME` and others, or a keyword or operator by its text.
    Token(usize),
    /// A name with this text.
    Soft(String),
    Group(Vec<Alternative>),
    Optional(Box<Item>),
    Repeat {
        item: Box<Item>,
        separator: Option<Box<Item>>,
        once: bool,
    },
    Look {
        item: Box<Item>,
        wanted: bool,
    },
    Cut,
    Force(usize),
}

pub enum Action {
    /// All values.
    Values,
    Label(usize),
    /// A node, which hides what is in it.
    Node(String),
    Call(String),
}

const KINDS: [&str; 13] = [
    "NAME", "NUMBER", "STRING", "NEWLINE", "INDENT", "DEDENT", "END", "FSTART", "FMIDDLE", "FEND", "TSTART",
    "TMIDDLE", "TEND",
];

impl Grammar {
    /// Reads the grammar of `target`.
    pub fn of(target: &Target) -> Self {
        let mut bodies: Vec<(Vec<&str>, String)> = Vec::new();
        for line in SOURCE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if line.starts_with(' ') {
                bodies.last_mut().unwrap().1.push_str(line);
            } else {
                let (head, body) = line.split_once(':').unwrap();
                bodies.push((head.split(' ').collect(), body.to_owned()));
            }
        }
        bodies.retain(|(head, _)| !is_invalid(head[0]));
        let numbers = bodies.iter().enumerate().map(|(at, (head, _))| (head[0], at)).collect();
        let mut kinds: Vec<String> = KINDS.map(str::to_owned).into();
        let rule = |(head, body): &(Vec<&str>, String)| {
            let mut reader =
                Reader { words: words(body), at: 0, numbers: &numbers, kinds: &mut kinds, target };
            let alternatives = reader.alternatives();
            assert_eq!(reader.at, reader.words.len(), "{body}");
            let has = |mark| head.contains(&mark);
            let first = First::default();
            Rule { memo: has("memo"), left: has("left"), counts: !has("ours"), alternatives, first }
        };
        let mut rules: Vec<Rule> = bodies.iter().map(rule).collect();
        first::fill(&mut rules);
        Self { rules, start: numbers["file"], kinds }
    }

    /// Returns the number of a kind of token; that of kinds without a rule is in no set.
    pub fn kind(&self, kind: &str) -> usize {
        self.kinds.iter().position(|known| known == kind).unwrap_or(First::NONE)
    }
}

fn is_invalid(name: &str) -> bool {
    name.starts_with("invalid_") || name.starts_with("mistaken_") || name.ends_with("_without_invalid")
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    Name(String),
    Token(String),
    Text(String),
    Sign(char),
    Force,
    Action,
}

fn words(body: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut letters = body.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '\'' => words.push(Word::Token(letters.by_ref().take_while(|&letter| letter != '\'').collect())),
            '"' => {
                let mut text = String::new();
                loop {
                    match letters.next().unwrap() {
                        '"' => break,
                        '\\' => text.extend(letters.next()),
                        other => text.push(other),
                    }
                }
                words.push(Word::Text(text));
            }
            '-' if letters.next_if_eq(&'>').is_some() => words.push(Word::Action),
            '&' if letters.next_if_eq(&'&').is_some() => words.push(Word::Force),
            _ if letter.is_ascii_alphanumeric() || letter == '_' => {
                let mut name = String::from(letter);
                while let Some(next) = letters.next_if(|&next| next.is_ascii_alphanumeric() || next == '_') {
                    name.push(next);
                }
                words.push(Word::Name(name));
            }
            _ => words.push(Word::Sign(letter)),
        }
    }
    words
}

struct Reader<'n> {
    words: Vec<Word>,
    at: usize,
    numbers: &'n BTreeMap<&'n str, usize>,
    kinds: &'n mut Vec<String>,
    target: &'n Target,
}

impl Reader<'_> {
    fn kind(&mut self, kind: String) -> usize {
        let known = self.kinds.iter().position(|known| *known == kind);
        known.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        })
    }

    fn sign(&mut self, sign: char) -> bool {
        let found = self.words.get(self.at) == Some(&Word::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Word {
        self.at += 1;
        self.words[self.at - 1].clone()
    }

    fn alternatives(&mut self) -> Vec<Alternative> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.extend(self.alternative());
            if !self.sign('|') {
                return alternatives;
            }
        }
    }

    /// `None` if the target does not have it, or if it only looks for a mistake.
    fn alternative(&mut self) -> Option<Alternative> {
        let mut is_there = true;
        if self.sign('<') {
            let wanted = !self.sign('!');
            let Word::Name(mark) = self.next() else { unreachable!("a mark") };
            assert!(self.sign('>'));
            let rule = GrammarRule::named(&mark).unwrap_or_else(|| unreachable!("{mark}"));
            is_there = self.target.grammar.has(rule) == wanted;
        }
        let mut elements = Vec::new();
        while !matches!(self.words.get(self.at), None | Some(Word::Sign('|' | ')') | Word::Action)) {
            if let Some(Word::Name(name)) = self.words.get(self.at)
                && is_invalid(name)
            {
                is_there = false;
                self.at += 1;
                let _ = self.sign('?') || self.sign('*');
                continue;
            }
            elements.push(self.element());
        }
        let action = self.action();
        is_there.then_some(Alternative { elements, action, first: First::default() })
    }

    fn element(&mut self) -> Element {
        let mut label = None;
        if let (Word::Name(name), Some(Word::Sign(':'))) = (&self.words[self.at], self.words.get(self.at + 1))
        {
            label = Some(usize::from(name.as_bytes()[0] - b'a'));
            self.at += 2;
        }
        Element { label, item: self.item() }
    }

    fn item(&mut self) -> Item {
        if self.sign('~') {
            return Item::Cut;
        }
        for (sign, wanted) in [('&', true), ('!', false)] {
            if self.sign(sign) {
                return Item::Look { item: Box::new(self.atom()), wanted };
            }
        }
        if self.words[self.at] == Word::Force {
            self.at += 1;
            let Word::Token(text) = self.next() else { unreachable!("a token") };
            return Item::Force(self.kind(text));
        }
        let atom = self.atom();
        if self.sign('.') {
            let item = Box::new(self.atom());
            assert!(self.sign('+'));
            return Item::Repeat { item, separator: Some(Box::new(atom)), once: true };
        }
        if self.sign('?') {
            return Item::Optional(Box::new(atom));
        }
        for (sign, once) in [('*', false), ('+', true)] {
            if self.sign(sign) {
                return Item::Repeat { item: Box::new(atom), separator: None, once };
            }
        }
        atom
    }

    fn atom(&mut self) -> Item {
        match self.next() {
            Word::Sign('(') => {
                let group = self.alternatives();
                assert!(self.sign(')'));
                Item::Group(group)
            }
            Word::Token(text) => Item::Token(self.kind(text)),
            Word::Text(text) => Item::Soft(text),
            Word::Name(name) if KINDS.contains(&name.as_str()) => Item::Token(self.kind(name)),
            Word::Name(name) => {
                Item::Rule(*self.numbers.get(name.as_str()).unwrap_or_else(|| unreachable!("{name}")))
            }
            other => unreachable!("{other:?}"),
        }
    }

    fn action(&mut self) -> Action {
        if self.words.get(self.at) != Some(&Word::Action) {
            return Action::Values;
        }
        self.at += 1;
        let Word::Name(name) = self.next() else { unreachable!("an action") };
        let mut rest = false;
        // The message of a complaint, and its location.
        while matches!(self.words.get(self.at), Some(Word::Name(_) | Word::Text(_) | Word::Sign('*'))) {
            self.at += 1;
            rest = true;
        }
        match name.as_bytes() {
            _ if rest => Action::Values,
            [letter @ b'a'..=b'c'] => Action::Label(usize::from(letter - b'a')),
            [b'A'..=b'Z', ..] => Action::Node(name),
            _ => Action::Call(name),
        }
    }
}
