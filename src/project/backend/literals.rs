//! Values in a Python module that can be read without running it.

use crate::decode::decode;
use crate::syntax::ast::{Call, Constant, Expr, ExprKind, Operator, Stmt, StmtKind};
use crate::syntax::parse;
use crate::target::Target;
use crate::text::{Name, Names};
use std::collections::BTreeMap;

/// Largest module that is read, in bytes.
const LARGEST_MODULE: usize = 1 << 20;
/// Stack for the deepest tree that the parser accepts, in bytes.
const STACK: usize = 512 << 20;
/// Number of levels of a value that are read.
const DEPTH: usize = 20;
/// Size of all values that names stand for: each use of a name is a copy, so that a few lines can
/// double a value again and again.
const COPIES: usize = 4 << 20;

/// Value of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PythonValue {
    Text(String),
    Int(i64),
    Bool(bool),
    None,
    /// A list, tuple or set.
    List(Vec<PythonValue>),
    Dict(Vec<(PythonValue, PythonValue)>),
    /// A call of a function, by its last name.
    Call(Box<LiteralCall>),
    /// Anything else: a value that only running the module shows.
    Unknown,
}

/// A call with the arguments that can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LiteralCall {
    pub(super) function: String,
    pub(super) arguments: Vec<PythonValue>,
    pub(super) keywords: BTreeMap<String, PythonValue>,
    /// True if there are arguments that cannot be read: `*a`, `**b`.
    pub(super) is_open: bool,
}

/// Assignments to names at the top level of a module, and calls that are statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PythonModule {
    /// Names with their values, in the order of the module; no value for an assignment in a block
    /// or function, or one that changes a value.
    pub(super) assigned: Vec<(String, Option<PythonValue>)>,
    /// Docstring, as it is written.
    pub(super) docstring: Option<String>,
    /// Calls at any level, in the order of the module.
    pub(super) calls: Vec<LiteralCall>,
    /// Names that the module uses as a class or function, as in `Extension(…)`.
    pub(super) called: Vec<String>,
}

impl PythonValue {
    /// Returns the size in bytes, roughly.
    fn size(&self) -> usize {
        let all = |items: &[Self]| items.iter().map(Self::size).sum::<usize>();
        let own = match self {
            Self::Text(text) => text.len(),
            Self::List(items) => all(items),
            Self::Dict(pairs) => pairs.iter().map(|(key, value)| key.size() + value.size()).sum(),
            Self::Call(call) => all(&call.arguments) + call.keywords.values().map(Self::size).sum::<usize>(),
            Self::Int(_) | Self::Bool(_) | Self::None | Self::Unknown => 0,
        };
        own + size_of::<Self>()
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the strings of a list, or `None` if any of its items is something else.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        match self {
            Self::List(items) => items.iter().map(|item| item.text().map(ToOwned::to_owned)).collect(),
            _ => None,
        }
    }
}

impl PythonModule {
    /// Parses a module; `None` if it is not valid in the newest version, or too large.
    pub(super) fn parse(source: &[u8]) -> Option<Self> {
        if source.len() > LARGEST_MODULE {
            return None;
        }
        // A source may nest as deeply as the parser accepts.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK);
            thread.spawn_scoped(scope, || read(source)).ok()?.join().ok()?
        })
    }

    /// Returns the values that are assigned to a name at the top level.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a PythonValue> {
        let own = self.assigned.iter().filter(move |(assigned, _)| assigned == name);
        own.filter_map(|(_, value)| value.as_ref())
    }
}

fn read(source: &[u8]) -> Option<PythonModule> {
    let target = Target::newest();
    let text = decode(source, target).ok()?;
    let (arena, mut names) = (bumpalo::Bump::new(), Names::default());
    let module = parse(&text, target, &arena, &mut names).ok()?;
    let read = PythonModule::default();
    let mut reader = Reader { names: &names, module: read, once: BTreeMap::new(), left: COPIES };
    if let Some(StmtKind::Expr(first)) = module.body.first().map(|statement| &statement.kind)
        && let PythonValue::Text(text) = reader.value(first, 1)
    {
        reader.module.docstring = Some(text);
    }
    reader.statements(module.body, true);
    Some(reader.module)
}

struct Reader<'n> {
    names: &'n Names,
    module: PythonModule,
    /// Places in `module.assigned` of the names that are assigned once, and none for others.
    once: BTreeMap<String, Option<usize>>,
    /// Rest of [`COPIES`].
    left: usize,
}

impl Reader<'_> {
    fn statements(&mut self, body: &[Stmt<'_>], is_top: bool) {
        for statement in body {
            match &statement.kind {
                StmtKind::Assign { targets, value } => {
                    for target in *targets {
                        self.assign(target, value, is_top);
                    }
                    self.call(value);
                }
                StmtKind::AnnAssign { target, value: Some(value), .. } => self.assign(target, value, is_top),
                StmtKind::AugAssign { target, .. } => self.forget(target),
                StmtKind::Expr(value) => self.call(value),
                StmtKind::If { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                    self.inner(&[body, orelse]);
                }
                StmtKind::For(node) => {
                    self.forget(&node.target);
                    self.inner(&[node.body, node.orelse]);
                }
                StmtKind::With(node) => {
                    let targets = node.items.iter().filter_map(|item| item.optional_vars);
                    targets.for_each(|target| self.forget(target));
                    self.inner(&[node.body]);
                }
                StmtKind::Delete(targets) => targets.iter().for_each(|target| self.forget(target)),
                StmtKind::Try(node) => {
                    self.inner(&[node.body, node.orelse, node.finalbody]);
                    for handler in node.handlers {
                        self.inner(&[handler.body]);
                    }
                }
                StmtKind::FunctionDef(node) => self.inner(&[node.body]),
                StmtKind::ClassDef(node) => {
                    for base in node.bases {
                        self.module.called.extend(self.last_name(base));
                    }
                }
                _ => {}
            }
        }
    }

    fn inner(&mut self, bodies: &[&[Stmt<'_>]]) {
        for body in bodies {
            self.statements(body, false);
        }
    }

    fn assign(&mut self, target: &Expr<'_>, value: &Expr<'_>, is_top: bool) {
        let ExprKind::Name { id, .. } = &target.kind else { return self.forget(target) };
        let value = is_top.then(|| self.value(value, DEPTH));
        self.note(*id, value);
    }

    fn note(&mut self, name: Name, value: Option<PythonValue>) {
        let (name, at) = (self.names.text(name).to_owned(), self.module.assigned.len());
        self.once.entry(name.clone()).and_modify(|place| *place = None).or_insert(Some(at));
        self.module.assigned.push((name, value));
    }

    /// Notes that the value of a name changes in a way that is not followed: `a.b += 1`,
    /// `a[b] = 1`, `a.append(1)`.
    fn forget(&mut self, target: &Expr<'_>) {
        match &target.kind {
            ExprKind::Name { id, .. } => self.note(*id, None),
            ExprKind::Attribute { value, .. }
            | ExprKind::Subscript { value, .. }
            | ExprKind::Starred { value, .. } => self.forget(value),
            ExprKind::Call(call) => self.forget(&call.func),
            ExprKind::Tuple { elts, .. } | ExprKind::List { elts, .. } => {
                elts.iter().for_each(|target| self.forget(target));
            }
            _ => {}
        }
    }

    fn call(&mut self, value: &Expr<'_>) {
        if let ExprKind::Call(call) = &value.kind
            && self.last_name(&call.func).is_none_or(|name| name != "setup")
        {
            // The function may change what it is called on, and its arguments.
            self.forget(&call.func);
            call.args.iter().for_each(|argument| self.forget(argument));
        }
        if let PythonValue::Call(call) = self.value(value, DEPTH) {
            self.module.calls.push(*call);
        }
    }

    fn last_name(&self, function: &Expr<'_>) -> Option<String> {
        match &function.kind {
            ExprKind::Name { id, .. } | ExprKind::Attribute { attr: id, .. } => {
                Some(self.names.text(*id).to_owned())
            }
            _ => None,
        }
    }

    /// Returns the value of an expression. A name has the value of its only assignment.
    fn value(&mut self, value: &Expr<'_>, depth: usize) -> PythonValue {
        let Some(depth) = depth.checked_sub(1) else { return PythonValue::Unknown };
        let list = |reader: &mut Self, items: &[Expr<'_>]| {
            PythonValue::List(items.iter().map(|item| reader.value(item, depth)).collect())
        };
        match &value.kind {
            ExprKind::Constant(constant) => of_constant(constant),
            ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } | ExprKind::Set(elts) => {
                list(self, elts)
            }
            ExprKind::Dict { keys, values } => {
                let pairs = keys.iter().zip(*values).map(|(key, value)| {
                    let key = key.as_ref().map_or(PythonValue::Unknown, |key| self.value(key, depth));
                    (key, self.value(value, depth))
                });
                PythonValue::Dict(pairs.collect())
            }
            ExprKind::Name { id, .. } => self.assigned_value(*id),
            ExprKind::BinOp { left, op: Operator::Add, right } => {
                match (self.value(left, depth), self.value(right, depth)) {
                    (PythonValue::List(mut all), PythonValue::List(more)) => {
                        all.extend(more);
                        PythonValue::List(all)
                    }
                    (PythonValue::Text(text), PythonValue::Text(more)) => PythonValue::Text(text + &more),
                    _ => PythonValue::Unknown,
                }
            }
            ExprKind::Call(call) => self.call_value(call, depth),
            _ => PythonValue::Unknown,
        }
    }

    /// Returns a copy of the value of a name that is assigned once.
    fn assigned_value(&mut self, name: Name) -> PythonValue {
        let at = self.once.get(self.names.text(name)).copied().flatten();
        let value = at.and_then(|at| self.module.assigned.get(at)?.1.as_ref());
        let Some(left) = value.and_then(|value| self.left.checked_sub(value.size())) else {
            return PythonValue::Unknown;
        };
        self.left = left;
        value.cloned().unwrap_or(PythonValue::Unknown)
    }

    /// Returns a call of a function that has a name.
    fn call_value(&mut self, call: &Call<'_>, depth: usize) -> PythonValue {
        let Some(function) = self.last_name(&call.func) else { return PythonValue::Unknown };
        self.module.called.push(function.clone());
        let arguments = call.args.iter().map(|item| self.value(item, depth)).collect();
        let is_starred = |item: &Expr<'_>| matches!(item.kind, ExprKind::Starred { .. });
        let mut is_open = call.args.iter().any(is_starred);
        let mut keywords = BTreeMap::new();
        for keyword in call.keywords {
            match (keyword.arg, self.value(&keyword.value, depth)) {
                (Some(name), value) => {
                    keywords.insert(self.names.text(name).to_owned(), value);
                }
                (None, PythonValue::Dict(pairs)) => keywords.extend(with_text_keys(pairs)),
                // `dict(a=1)`
                (None, PythonValue::Call(call)) if call.function == "dict" => keywords.extend(call.keywords),
                _ => is_open = true,
            }
        }
        PythonValue::Call(Box::new(LiteralCall { function, arguments, keywords, is_open }))
    }
}

/// Returns the pairs whose key is a string.
fn with_text_keys(pairs: Vec<(PythonValue, PythonValue)>) -> impl Iterator<Item = (String, PythonValue)> {
    pairs.into_iter().filter_map(|(key, value)| Some((key.text()?.to_owned(), value)))
}

fn of_constant(constant: &Constant<'_>) -> PythonValue {
    match constant {
        Constant::Str(text) => {
            std::str::from_utf8(text).map_or(PythonValue::Unknown, |text| PythonValue::Text(text.to_owned()))
        }
        Constant::Int(number) => PythonValue::Int(*number),
        Constant::True => PythonValue::Bool(true),
        Constant::False => PythonValue::Bool(false),
        Constant::None => PythonValue::None,
        _ => PythonValue::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_what_must_run_is_not() {
        let source =
            b"a = b = '1'\nc: str = '2'\nd = [a, 'x'] + ['y']\ne = f()\nif e:\n    c = '3'\ng = ('1', 2)\n";
        let module = PythonModule::parse(source).unwrap();
        let text = |text: &str| PythonValue::Text(text.into());
        let first = |name| module.values(name).next().cloned();
        assert_eq!(first("b"), Some(text("1")));
        assert_eq!(module.values("c").collect::<Vec<_>>(), [&text("2")]);
        assert_eq!(first("d").unwrap().texts().unwrap(), ["1", "x", "y"]);
        assert_eq!(first("g"), Some(PythonValue::List(vec![text("1"), PythonValue::Int(2)])));
        assert_eq!(first("h"), None);
        assert_eq!(PythonModule::parse(b"print 'Python 2'\n"), None);
    }

    #[test]
    fn names_whose_value_changes_are_not_followed() {
        for change in [
            "a.append('y')",
            "a += ['y']",
            "a[0] = 'y'",
            "for n in f():\n    a.append(n)",
            "if 1:\n    a = ['z']",
            "del a",
            "extend(a)",
            "for a in b: pass",
            "with open(b) as a: pass",
            "(a, c) = b",
        ] {
            let source = format!("a = ['x']\n{change}\nsetup(packages=a)\n");
            let module = PythonModule::parse(source.as_bytes()).unwrap();
            let setup = module.calls.iter().find(|call| call.function == "setup").unwrap();
            assert_eq!(setup.keywords["packages"], PythonValue::Unknown, "{change}");
        }
    }

    #[test]
    fn values_that_double_line_by_line_are_given_up() {
        for first in ["a0 = 'x'", "a0 = ['x']"] {
            let lines = (1..200).map(|at| format!("a{at} = a{0} + a{0}\n", at - 1));
            let source = format!("{first}\n{}", lines.collect::<String>());
            let module = PythonModule::parse(source.as_bytes()).unwrap();
            assert_eq!(module.values("a199").next(), Some(&PythonValue::Unknown));
            assert_ne!(module.values("a9").next(), Some(&PythonValue::Unknown));
        }
    }

    #[test]
    fn calls_are_read_wherever_they_are() {
        let source = b"import setuptools\nkw = dict(name='demo')\ndef main():\n    setuptools.setup(\
                       packages=setuptools.find_packages(exclude=['tests']), x=kw, **kw)\n";
        let module = PythonModule::parse(source).unwrap();
        let setup = module.calls.iter().find(|call| call.function == "setup").unwrap();
        assert_eq!(setup.keywords["name"], PythonValue::Text("demo".into()));
        let PythonValue::Call(find) = &setup.keywords["packages"] else { panic!("{setup:?}") };
        assert_eq!(find.function, "find_packages");
        assert_eq!(find.keywords["exclude"].texts().unwrap(), ["tests"]);
    }
}
