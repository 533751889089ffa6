//! Random sentences of the grammar, and programs with one token changed.

use super::grammar::{Alternative, Grammar, Item};
use super::tokens::Token;

/// SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % limit as u64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const NAMES: [&str; 20] = [
    "a",
    "b",
    "c",
    "x",
    "y",
    "f",
    "_",
    "match",
    "case",
    "type",
    "lazy",
    "print",
    "t",
    "r",
    "u",
    "é",
    "ª",
    "__debug__",
    "__future__",
    "barry_as_FLUFL",
];
const NUMBERS: [&str; 16] = [
    "0", "1", "23", "0x1f", "0b1", "0o7", "1.", ".5", "1e5", "2j", "1_0", "00", "1.5e-3J", "0_0", "09.", "9",
];
const STRINGS: [&str; 14] = [
    "''",
    "\"a\"",
    "b''",
    "r'\\'",
    "'''\na'''",
    "u''",
    "'\\x41'",
    "b'\\x41'",
    "rb'\\d'",
    "'é'",
    "\"\"\"a\"\"\"",
    "'\\\n'",
    "Rb'a'",
    "'\\N{BULLET}'",
];
const TEXTS: [&str; 12] = ["a", " ", "{{", "}}", "\\n", "\\\\", "é", "a b", "!r", "=", "\\N{BULLET}", ":"];
const OPENINGS: [&str; 10] =
    ["f'", "f\"", "f'''", "F\"\"\"", "rf'", "fr\"\"\"", "Rf\"", "f'", "f\"", "fR'''"];

/// Upper bound for the number of tokens that any rule needs.
const FAR: usize = 1 << 20;

/// The text of a sentence while it is written.
struct Writer<'g, 'c> {
    grammar: &'g Grammar,
    costs: &'g [usize],
    chance: &'c mut Chance,
    text: String,
    indent: usize,
    quotes: Vec<&'static str>,
    /// Within the text of an f-string: no blanks between tokens.
    in_text: bool,
    budget: usize,
}

/// Writes random sentences of a grammar.
pub struct Sentences<'g> {
    grammar: &'g Grammar,
    costs: Vec<usize>,
}

impl<'g> Sentences<'g> {
    pub fn of(grammar: &'g Grammar) -> Self {
        Self { grammar, costs: costs(grammar) }
    }

    /// Returns a sentence. Lookaheads and order are ignored, so some of the texts are not valid.
    pub fn sentence(&self, chance: &mut Chance) -> String {
        let budget = 4 + chance.below(60);
        let mut writer = Writer {
            grammar: self.grammar,
            costs: &self.costs,
            chance,
            text: String::new(),
            indent: 0,
            quotes: Vec::new(),
            in_text: false,
            budget,
        };
        while writer.text.is_empty() {
            writer.rule(self.grammar.start, 0);
        }
        writer.text
    }
}

impl<'g> Writer<'g, '_> {
    fn rule(&mut self, number: usize, depth: usize) {
        let grammar = self.grammar;
        let rule = &grammar.rules[number];
        // Most operands are a single token.
        let alone = rule.left && self.chance.below(3) > 0;
        let from = if alone { rule.alternatives.len().saturating_sub(1) } else { 0 };
        self.alternatives(&rule.alternatives[from..], depth + 1);
    }

    fn alternatives(&mut self, alternatives: &'g [Alternative], depth: usize) {
        let all: Vec<&Alternative> = alternatives.iter().collect();
        if all.is_empty() {
            return;
        }
        // At a large depth, the alternative that ends soonest.
        let chosen = if self.budget == 0 || depth > 90 {
            all.iter().min_by_key(|alternative| cost(alternative, self.costs)).copied()
        } else {
            Some(*self.chance.one(&all))
        };
        for element in chosen.into_iter().flat_map(|alternative| &alternative.elements) {
            self.item(&element.item, depth + 1);
        }
    }

    fn item(&mut self, item: &'g Item, depth: usize) {
        let more = |this: &mut Self, in_how_many| {
            this.budget > 0 && depth < 90 && this.chance.below(in_how_many) == 0
        };
        match item {
            Item::Rule(number) => self.rule(*number, depth),
            Item::Token(kind) | Item::Force(kind) => self.token(&self.grammar.kinds[*kind]),
            Item::Soft(text) => self.word(text),
            Item::Group(alternatives) => self.alternatives(alternatives, depth),
            Item::Optional(item) => {
                if more(self, 2) {
                    self.item(item, depth);
                }
            }
            Item::Repeat { item, separator, once } => {
                let mut again = *once || more(self, 2);
                while again {
                    self.item(item, depth);
                    again = more(self, 3);
                    if let Some(separator) = separator
                        && again
                    {
                        self.item(separator, depth);
                    }
                }
            }
            Item::Look { .. } | Item::Cut => {}
        }
    }

    fn word(&mut self, text: &str) {
        self.budget = self.budget.saturating_sub(1);
        if self.text.ends_with('\n') {
            self.text.push_str(&" ".repeat(self.indent));
        } else if !self.text.is_empty() && !self.in_text {
            let blank = [" ", " ", " ", "  ", "\t", " \\\n "][self.chance.below(6)];
            self.text.push_str(blank);
        }
        self.text.push_str(text);
    }

    fn token(&mut self, kind: &'g str) {
        match kind {
            "NEWLINE" => {
                let end = ["\n", "\n", "\n", " # a\n", "\n\n", "\n \t# é\n"][self.chance.below(6)];
                self.text.push_str(end);
            }
            "INDENT" => self.indent += 1,
            "DEDENT" => self.indent = self.indent.saturating_sub(1),
            "END" => {}
            "NAME" => {
                let name = *self.chance.one(&NAMES[..]);
                self.word(name);
            }
            "NUMBER" => {
                let number = *self.chance.one(&NUMBERS[..]);
                self.word(number);
            }
            "STRING" => {
                let string = *self.chance.one(&STRINGS[..]);
                self.word(string);
            }
            "FSTART" | "TSTART" => {
                let opening = *self.chance.one(&OPENINGS[..]);
                let quotes = opening.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
                let opening =
                    if kind == "TSTART" { opening.replace(['f', 'F'], "t") } else { opening.to_owned() };
                self.word(&opening);
                self.quotes.push(quotes);
                self.in_text = true;
            }
            "FEND" | "TEND" => {
                let quotes = self.quotes.pop().unwrap_or_default();
                self.text.push_str(quotes);
                self.in_text = false;
            }
            "FMIDDLE" | "TMIDDLE" => {
                let text = *self.chance.one(&TEXTS[..]);
                self.text.push_str(text);
            }
            "{" if self.in_text => {
                self.text.push('{');
                self.in_text = false;
            }
            "}" if !self.quotes.is_empty() => {
                self.word("}");
                // Good enough: a brace of an expression also ends the field, and then the text is
                // not valid.
                self.in_text = true;
            }
            ":" if !self.quotes.is_empty() => {
                self.text.push(':');
                self.in_text = self.chance.below(2) == 0;
            }
            other => self.word(other),
        }
    }
}

/// Returns the least number of tokens that each rule needs.
fn costs(grammar: &Grammar) -> Vec<usize> {
    let mut costs = vec![FAR; grammar.rules.len()];
    loop {
        let least: Vec<usize> = grammar.rules.iter().map(|rule| least(&rule.alternatives, &costs)).collect();
        if least == costs {
            return costs;
        }
        costs = least;
    }
}

fn least(alternatives: &[Alternative], costs: &[usize]) -> usize {
    alternatives.iter().map(|alternative| cost(alternative, costs)).min().unwrap_or(FAR)
}

fn cost(alternative: &Alternative, costs: &[usize]) -> usize {
    let of = |item: &Item| match item {
        Item::Rule(number) => costs[*number],
        Item::Group(alternatives) => least(alternatives, costs),
        Item::Token(_) | Item::Force(_) | Item::Soft(_) => 1,
        Item::Optional(_) | Item::Look { .. } | Item::Cut | Item::Repeat { once: false, .. } => 0,
        Item::Repeat { item, .. } => match &**item {
            Item::Rule(number) => costs[*number],
            Item::Group(alternatives) => least(alternatives, costs),
            _ => 1,
        },
    };
    alternative.elements.iter().fold(0, |sum, element| (sum + of(&element.item)).min(FAR))
}

/// Returns `text` with one token deleted, doubled, swapped with another, or replaced by one of
/// another text.
pub fn mutated(text: &str, tokens: &[Token], spare: &[String], chance: &mut Chance) -> String {
    let solid: Vec<&Token> = tokens.iter().filter(|token| token.end > token.start).collect();
    if solid.is_empty() {
        return text.to_owned();
    }
    let at = chance.below(solid.len());
    let token = solid[at];
    let (ahead, own, after) = (&text[..token.start], &text[token.start..token.end], &text[token.end..]);
    match chance.below(5) {
        0 => format!("{ahead}{after}"),
        1 => format!("{ahead}{own} {own}{after}"),
        2 => {
            let other = solid[chance.below(solid.len())];
            let (first, second) = if other.start < token.start { (other, token) } else { (token, other) };
            if first.start == second.start {
                return format!("{ahead}{after}");
            }
            let [first, second] = [first, second].map(|token| token.start..token.end);
            let (ahead, between, after) =
                (&text[..first.start], &text[first.end..second.start], &text[second.end..]);
            format!("{ahead}{}{between}{}{after}", &text[second], &text[first])
        }
        3 => format!("{ahead}{}{after}", chance.one(spare)),
        _ => format!("{ahead}{own} {} {after}", chance.one(spare)),
    }
}
