//! Rules of the grammar that only some targets have.

/// A set of [`GrammarRule`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrammarRules(u64);

impl GrammarRules {
    /// The empty set.
    pub const NONE: Self = Self(0);

    /// Returns the set with `rules` added.
    #[must_use]
    pub const fn with(mut self, rules: &[GrammarRule]) -> Self {
        let mut index = 0;
        while index < rules.len() {
            self.0 |= 1 << rules[index] as u64;
            index += 1;
        }
        self
    }

    /// Reports whether the set has `rule`.
    #[inline]
    pub const fn has(self, rule: GrammarRule) -> bool {
        self.0 & 1 << rule as u64 != 0
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])+ $rule:ident = $name:literal,)+) => {
        /// A rule that the grammar of some targets has, named by behavior: syntax that it accepts,
        /// or a mistake that it reports with a message of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum GrammarRule {
            $($(#[$doc])+ $rule,)+
        }

        impl GrammarRule {
            /// All rules, with their names in `syntax/diagnose/python.peg`.
            pub const ALL: &[(&str, Self)] = &[$(($name, Self::$rule),)+];
        }
    };
}

rules! {
    /// Syntax: t-strings (PEP 750).
    Templates = "templates",
    /// Syntax: several exception types without parentheses (PEP 758).
    BareExceptions = "bare_exceptions",
    /// Syntax: unpacking in comprehensions (PEP 798).
    Unpacking = "unpacking",
    /// Syntax: lazy imports (PEP 810).
    LazyImports = "lazy_imports",
    /// Syntax: `+1` in patterns.
    PositiveNumbers = "positive_numbers",
    /// Mistake: an import, exception or pattern is bound to something other than a name.
    NamedTargets = "named_targets",
    /// Mistake: an expression between two strings that was meant to be part of one string.
    SplitStrings = "split_strings",
    /// Mistake: a statement is an operand of a conditional expression.
    ConditionalStatements = "conditional_statements",
    /// Mistake: `elif` follows `else`.
    LateElif = "late_elif",
    /// Mistake: `raise` lacks an expression before or after `from`.
    RaiseOperands = "raise_operands",
    /// Mistake: `assert` assigns.
    AssertedAssignments = "asserted_assignments",
    /// Mistake: a mapping pattern has keys after `**rest`.
    LateKeys = "late_keys",
    /// Mistake: `*` or `**` in a conditional expression, or in a display that allows none.
    MisplacedUnpacking = "misplaced_unpacking",
    /// Mistake: a second `*` among parameters; the message names the `*` and not an argument.
    SecondStar = "second_star",
    /// Mistake: a comprehension lacks `in`. Without this rule, its target is an error of its own or
    /// none.
    MissingIn = "missing_in",
    /// Mistake: a comprehension lacks `in`, reported with others. Without this rule, it is reported
    /// when the text is first read, before the others.
    InOnSecondReading = "in_on_second_reading",
    /// Mistake: a starred type parameter has a bound, reported with others. Without this rule, it
    /// is reported when the text is first read, before the others.
    BoundsOnSecondReading = "bounds_on_second_reading",
    /// Mistake: a `*` lacks an operand, reported with others. Without this rule, it is reported
    /// when the text is first read, before the others.
    StarsOnSecondReading = "stars_on_second_reading",
    /// Mistake: the items of `with` end in a comma.
    WithComma = "with_comma",
    /// Mistake: `case` outside of `match`.
    LoneCase = "lone_case",
    /// Syntax: an f-string is several tokens. Without this rule, it is one, as any string is.
    SplitFormats = "split_formats",
    /// Syntax: type parameters and `type` statements (PEP 695).
    TypeParameters = "type_parameters",
    /// Syntax: defaults of type parameters (PEP 696).
    TypeDefaults = "type_defaults",
    /// Mistake: `from` after the names of `import`.
    MisorderedImports = "misordered_imports",
    /// Mistake: a keyword argument lacks its value.
    MissingValues = "missing_values",
    /// Mistake: a value is assigned to an unpacked argument.
    AssignedUnpackings = "assigned_unpackings",
    /// Mistake: a parameter without a default, called a parameter, looked for after misplaced
    /// slashes. Without this rule, it is called an argument and looked for before them.
    LateDefaults = "late_defaults",
    /// Mistake: an iterable is unpacked after a mapping, reported at the star. Without this rule
    /// and `late_iterables`, it is reported for every star without an operand, at the arguments
    /// before it.
    IterablesAtStar = "iterables_at_star",
    /// Mistake: `import` without names.
    EmptyImports = "empty_imports",
    /// Mistake: an empty list of type parameters.
    EmptyTypeParameters = "empty_type_parameters",
    /// Mistake: an iterable is unpacked after a mapping, reported from the comma before it to the
    /// end; without the rule, at the star.
    LateIterables = "late_iterables",
    /// Mistake: `not` directly after an arithmetic operator.
    NegatedOperands = "negated_operands",
    /// Mistake: a `*` without an expression.
    BareStars = "bare_stars",
    /// Mistake: a missing comma, reported on the last line of the expression before it.
    CommaOnLastLine = "comma_on_last_line",
}

impl GrammarRule {
    /// Returns the rule with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, rule)| rule)
    }
}
