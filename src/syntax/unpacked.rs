//! What a generator expression or a dict comprehension unpacks (PEP 798), which may be any expression: the parser underneath
//! takes none that binds looser than `|`. It complains and makes the same tree.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Mod};
use ruff_python_parser::{ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange};

/// How its complaints end.
const COMPLAINT: &str = " expression cannot be used here";

/// Where such expressions are, if there is an error that may be about one of them; sorted.
pub(super) fn places(tree: &Mod, errors: &[ParseError]) -> Vec<TextRange> {
    let mut found = Found::default();
    if let Mod::Module(module) = tree
        && errors.iter().any(is_complaint)
    {
        found.visit_body(&module.body);
    }
    found.places.sort_unstable_by_key(|place| (place.start(), place.end()));
    found.places
}

/// Whether an error is about an expression at one of `places`.
pub(super) fn is_about(error: &ParseError, places: &[TextRange]) -> bool {
    let key = |place: &TextRange| (place.start(), place.end());
    is_complaint(error) && places.binary_search_by_key(&key(&error.location), key).is_ok()
}

fn is_complaint(error: &ParseError) -> bool {
    matches!(&error.error, ParseErrorType::OtherError(message) if message.ends_with(COMPLAINT))
}

#[derive(Default)]
struct Found {
    places: Vec<TextRange>,
}

impl<'t> Visitor<'t> for Found {
    fn visit_expr(&mut self, expression: &'t Expr) {
        match expression {
            Expr::Generator(node) => {
                if let Expr::Starred(starred) = &*node.elt {
                    self.places.push(starred.value.range());
                }
            }
            Expr::DictComp(node) if node.key.is_none() => self.places.push(node.value.range()),
            _ => {}
        }
        walk_expr(self, expression);
    }
}
