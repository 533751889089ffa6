//! The differences between versions that are choices inside a pass.

/// Exception handler of an instruction that is added after handlers were assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateHandlers {
    /// Handler of the removed instruction whose slot it takes, or none.
    OfSlot,
    /// None.
    None,
    /// Handler of the instruction it belongs to.
    Inherited,
}

/// Number signs that end the text of a value which an f-string shows with it (`=`), up to the next
/// line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownComments {
    /// All of them, in string literals too.
    Any,
    /// Signs outside of quotes; a quote after a backslash counts when comments are taken out, and
    /// not when it is asked whether there are any.
    OutsideQuotes,
    /// Signs outside of quotes; a quote after a backslash never counts.
    OutsideStrings,
}

/// Named by behaviour. Only the oldest target spells every field; each newer one is `Features { …, ..OLDER }`, so that
/// its file reads as the list of its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Operators and displays of constants are folded in the syntax tree, and not in the flow graph.
    pub fold_in_tree: bool,
    /// Largest depth of nested statements and expressions (3.13: its recursion limit of 10,000,
    /// less what is below the compiler); 0 for no limit (newer ones look at how much stack is
    /// left).
    pub deepest_tree: u32,
    /// Level 2 takes docstrings out of the syntax tree.
    pub docstrings_leave_tree: bool,
    /// A function's first constant is its docstring or `None`, used or not.
    pub reserve_docstring: bool,
    /// `co_flags` tells functions with a docstring, and methods.
    pub docstring_and_method_flags: bool,
    /// `with` looks up its methods by `LOAD_SPECIAL`, and keeps both the function and its instance.
    pub special_methods: bool,
    /// The test of `while` is compiled again at the end of the body.
    pub repeat_loop_test: bool,
    /// `all(…)`, `any(…)` and `tuple(…)` of a generator expression are compiled as loops.
    pub generator_loops: bool,
    /// A dict whose keys are constants takes them from a tuple.
    pub const_key_maps: bool,
    /// `and` and `or` jump by pseudo-instructions that become real after optimisation.
    pub pseudo_bool_jumps: bool,
    /// A slice of constants is a constant.
    pub slice_constants: bool,
    /// A comprehension asks its iterator for an iterator once more.
    pub iterate_twice: bool,
    /// An inlined comprehension in a class body may mention `__classdict__`.
    pub classdict_in_comprehensions: bool,
    /// After `from __future__ import barry_as_FLUFL`, inequality is written `<>`.
    pub flufl_inequality: bool,
    /// `<>` is one token; else it is two, and refused with a sentence that suggests `!=`.
    pub one_token_inequality: bool,
    /// A class has no cell for a function in an inlined comprehension that mentions `__class__`.
    pub lose_class_cell: bool,
    /// A comprehension inlined in a class body saves all names that it mentions, not only those it binds.
    pub save_all_in_class: bool,
    /// The cell of a name of an inlined comprehension stands where the name is free around it.
    pub cell_by_outer_scope: bool,
    /// The subject of `match` is dropped at the pattern, not at what follows.
    pub drop_subject_at_pattern: bool,
    /// Annotations are compiled into `__annotate__` functions (PEP 649, PEP 749).
    pub deferred_annotations: bool,
    /// `await`, asynchronous comprehensions and what binds `__debug__` are refused where code is made for them; none is
    /// made for annotations that are not evaluated, and for assertions when optimising.
    pub check_with_code: bool,
    /// The scope of type parameters learns at its end that it has parameters for defaults: `super()` is not a method's there.
    pub late_parameter_count: bool,
    /// A name may become `True`, `False` or `None` by normalisation, and be no keyword.
    pub names_like_keywords: bool,
    /// In the format specs of raw f-strings backslashes escape nothing.
    pub raw_specs: bool,
    /// The text of a value that an f-string shows with it (`=`) is read as the f-string's own: backslashes escape there.
    pub escaped_debug_text: bool,
    /// In the text of a value that an f-string shows with it: which comments are left out.
    pub shown_comments: ShownComments,
    /// The first `!`, `:` or `}` of the field ends the text that is shown with the value, also that of `!=`; else a later
    /// `!` or `}` does.
    pub shown_text_ends_once: bool,
    /// An `=` in brackets counts as the sign that shows the value: then the brackets `{` and `}`, `:` and `!` one bracket
    /// deep in the field start and end the text that is shown.
    pub shown_by_inner_equals: bool,
    /// In a format spec, a field that follows a field, a doubled brace or `\N{…}` directly does not start the text that is
    /// shown anew (it begins after the brace that did last), and its `:` does not end it; `!=` before a format spec ends
    /// it. Without this, what is shown is always the text of the field itself.
    pub shown_text_runs_on: bool,
    /// A format spec that is several texts (`\N{…}` divides it) starts at its colon, not at its first text.
    pub texts_of_spec_from_colon: bool,
    /// In an f-string with single quotes, a new line ends a format spec instead of being refused.
    pub newline_ends_spec: bool,
    /// The text of a t-string's field is what is shown with it, without the white space and equals signs at the end.
    pub trimmed_template_text: bool,
    /// Names of Hangul syllables and the digits in names of CJK ideographs may be in lower case, and Tangut ideographs
    /// have names.
    pub ideograph_names_in_any_case: bool,
    /// `__classdict__` may be the name of a type parameter.
    pub classdict_as_type_parameter: bool,
    /// The message about a conversion that does not follow its `!` directly.
    pub exclamation_mark: &'static str,
    /// A source that says nothing else is checked to be UTF-8; else only what is neither comment nor skipped is.
    pub check_comments: bool,
    /// The message about an f-string that ends within a field names the line on which the field opens, if it is another.
    pub name_line_of_open_field: bool,
    /// A future feature that does not exist is reported at the start of its statement.
    pub place_future_at_statement: bool,
    /// A cookie that contradicts the byte order mark is reported with its line.
    pub place_marked_cookie: bool,
    /// Line ends are looked for in decoded text too, and the last line is ended there.
    pub end_decoded_lines: bool,
    /// Small integers are interned up to this value; they are never written without FLAG_REF.
    pub small_int_max: i32,
    /// A real operand of complex arithmetic is not given an imaginary part, and NaN results are mended as in C11.
    pub mixed_complex: bool,
    /// Of two NaNs that are added the second is the result.
    pub second_nan: bool,
    /// Of two NaNs that are multiplied the second is the result.
    pub second_nan_of_product: bool,
    /// In a complex power, of two NaNs the exponent and the cosine are taken, not the angle and the length.
    pub nan_of_cosine: bool,
    /// A complex power is divided by an exponential, and not multiplied by the inverse one.
    pub power_by_division: bool,
    /// Noun for a repeated parameter in its message.
    pub parameter_noun: &'static str,
    /// The root code object is written with FLAG_REF.
    pub root_flagged: bool,
    /// Bit of `RESUME`'s operand that says that the yield before it had exactly one handler.
    pub resume_depth_bit: u32,
    /// `CALL_FUNCTION_EX` says in its operand whether there are keywords.
    pub call_ex_flag: bool,
    /// `NOT_TAKEN` follows forward conditional jumps.
    pub mark_not_taken: bool,
    /// A list or set display that is too long for the stack, all constants, and only iterated over or searched is a constant.
    pub fold_long_displays: bool,
    /// `None`, `True`, `False`, `''` and -1 are loaded by `LOAD_COMMON_CONSTANT`.
    pub common_values: bool,
    /// An iterator takes two places on the stack: itself, and an index or nothing.
    pub indexed_iterators: bool,
    /// A generator expression asks for its iterator itself, in a preamble, and not its caller; what starts as a generator
    /// is decided by the scope, not by the flags.
    pub generator_preamble: bool,
    /// `IMPORT_NAME` says in its operand whether the import is lazy, eager or neither (PEP 810).
    pub import_modes: bool,
    /// Calls of `all`, `any` and `tuple` are loops also for an asynchronous generator expression.
    pub loops_over_coroutines: bool,
    /// `list(…)` and `set(…)` of a generator expression are compiled as loops, as `all`, `any` and `tuple` are.
    pub list_and_set_loops: bool,
    /// The qualified name of a function's `__annotate__` contains the function's name.
    pub annotate_below_function: bool,
    /// An inlined comprehension that binds names counts as a nested block.
    pub inlined_comprehension_is_block: bool,
    /// Annotations of positional-only parameters stand before those of the others.
    pub annotate_positional_first: bool,
    /// The exception handler of instructions that are added after handlers were assigned.
    pub late_handlers: LateHandlers,
    /// Loads are made to borrow after an empty block too.
    pub borrow_past_empty_blocks: bool,
    /// True if `GET_ITER`, when loads are made to borrow, leaves its operand on the stack.
    pub iter_keeps_operand: bool,
    /// When loads are made to borrow, what an instruction adds to its operands counts as made by the block's first
    /// instructions, not by itself.
    pub results_of_first_instructions: bool,
    /// `co_localspluskinds` tells how an argument is passed.
    pub argument_kinds: bool,
    /// The warning of an invalid escape sequence has the line of the sequence, and its error the columns; else those of the
    /// whole token.
    pub place_escapes: bool,
    /// The warning of an invalid escape sequence says that it will not work in the future.
    pub escapes_have_no_future: bool,
    /// `return`, `break` and `continue` that leave a `finally` block are warned of (PEP 765).
    pub warns_of_leaving_finally: bool,
    /// Warnings in a `finally` block are repeated for the copy that handles exceptions.
    pub repeat_finally_warnings: bool,
    /// Warnings of the code generator are given once for a line and words.
    pub one_warning_for_a_line: bool,
}
