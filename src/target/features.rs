//! Differences between versions that are choices inside a pass.

/// Exception handler of an instruction that is added after handlers were assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateHandlers {
    /// The handler of the removed instruction whose slot is reused, or none.
    OfSlot,
    /// No handler.
    None,
    /// The handler of the instruction that it belongs to.
    Inherited,
}

/// Number signs that end the text that an f-string shows with a value (`=`), up to the next line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownComments {
    /// Every sign, in string literals too.
    Any,
    /// Signs outside of quotes; a quote after a backslash counts when comments are removed, and
    /// does not count in the check for comments.
    OutsideQuotes,
    /// Signs outside of quotes; a quote after a backslash never counts.
    OutsideStrings,
}

/// Warnings in the copy of a `finally` block that handles exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinallyWarnings {
    /// Every warning is repeated.
    Repeated,
    /// None is repeated.
    Dropped,
    /// Only those of enclosing `finally` blocks are repeated, which a jump out of the copy runs.
    DroppedInside,
}

/// Features of a target, named by behavior. Only the oldest target spells every field; each newer
/// one is `Features { …, ..OLDER }`, so that its file lists only its changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Operators and displays of constants are folded in the syntax tree instead of the flow graph.
    pub fold_in_tree: bool,
    /// Largest depth of nested statements and expressions (3.12.7 and 3.13: the recursion limit of
    /// 10,000, minus the depth below the compiler; 3.12.1: of 3,000; 3.11: of 3,000, minus three
    /// for each function of `py_compile`); `None` if the version checks how much stack is left
    /// instead.
    pub deepest_tree: Option<u32>,
    /// Level 2 removes docstrings from the syntax tree.
    pub docstrings_leave_tree: bool,
    /// A function's first constant is its docstring or `None`, even if unused.
    pub reserve_docstring: bool,
    /// `co_flags` marks functions with a docstring, and methods.
    pub docstring_and_method_flags: bool,
    /// `with` loads its methods by `LOAD_SPECIAL`, and keeps both the function and its instance.
    pub special_methods: bool,
    /// The test of `while` is compiled again at the end of the body.
    pub repeat_loop_test: bool,
    /// `all(…)`, `any(…)` and `tuple(…)` of a generator expression are compiled as loops.
    pub generator_loops: bool,
    /// A dict whose keys are constants takes them from a tuple.
    pub const_key_maps: bool,
    /// `and` and `or` jump by pseudo-instructions that become real after optimization.
    pub pseudo_bool_jumps: bool,
    /// A slice of constants is a constant.
    pub slice_constants: bool,
    /// A comprehension calls `GET_ITER` on its iterator once more.
    pub iterate_twice: bool,
    /// An inlined comprehension in a class body may mention `__classdict__`.
    pub classdict_in_comprehensions: bool,
    /// After `from __future__ import barry_as_FLUFL`, inequality is written `<>`.
    pub flufl_inequality: bool,
    /// `<>` is one token; else it is two, and the error message suggests `!=`.
    pub one_token_inequality: bool,
    /// A class has no cell for a function in an inlined comprehension that mentions `__class__`.
    pub lose_class_cell: bool,
    /// A comprehension inlined in a class body saves all names that it mentions, not only those it
    /// binds.
    pub save_all_in_class: bool,
    /// The cell of a name of an inlined comprehension has the place of the outer scope's free
    /// variable.
    pub cell_by_outer_scope: bool,
    /// The subject of `match` is dropped at the location of the pattern, not of the code after it.
    pub drop_subject_at_pattern: bool,
    /// Annotations are compiled into `__annotate__` functions (PEP 649, PEP 749).
    pub deferred_annotations: bool,
    /// `await`, asynchronous comprehensions and bindings of `__debug__` are refused during code
    /// generation; so they are accepted in annotations that are not evaluated, and in assertions
    /// when optimizing.
    pub check_with_code: bool,
    /// The scope of type parameters is marked as having parameters for defaults only at its end:
    /// `super()` in it is not a method's.
    pub late_parameter_count: bool,
    /// Normalization may turn a name into `True`, `False` or `None`, which is then not a keyword.
    pub names_like_keywords: bool,
    /// In the format specs of raw f-strings, backslashes escape nothing.
    pub raw_specs: bool,
    /// The text that an f-string shows with a value (`=`) is read as part of the f-string:
    /// backslashes escape in it.
    pub escaped_debug_text: bool,
    /// Comments that are left out of the text that an f-string shows with a value.
    pub shown_comments: ShownComments,
    /// The first `!`, `:` or `}` of the field ends the text that is shown with the value, including
    /// the `!` of `!=`; else a later `!` or `}` does.
    pub shown_text_ends_once: bool,
    /// An `=` in brackets counts as the sign that shows the value: then the brackets `{` and `}`,
    /// and `:` and `!` one bracket deep in the field start and end the text that is shown.
    pub shown_by_inner_equals: bool,
    /// In a format spec, a field directly after a field, a doubled brace or `\N{…}` does not
    /// restart the text that is shown (it begins after the last brace that did), and its `:` does
    /// not end the text; `!=` before a format spec ends it. Without this feature, the text is
    /// always that of the field itself.
    pub shown_text_runs_on: bool,
    /// A format spec in several parts (`\N{…}` divides it) starts at its colon, not at its first
    /// text.
    pub texts_of_spec_from_colon: bool,
    /// In an f-string with single quotes, a line end closes a format spec instead of being refused.
    pub newline_ends_spec: bool,
    /// The text of a t-string's field is the text that is shown with it, without trailing white
    /// space and equals signs.
    pub trimmed_template_text: bool,
    /// Names of Hangul syllables and the digits in names of CJK ideographs may be in lower case,
    /// and Tangut ideographs have names. Else, the five digits of a CJK ideograph may begin with 0.
    pub ideograph_names_in_any_case: bool,
    /// `__classdict__` may be the name of a type parameter.
    pub classdict_as_type_parameter: bool,
    /// Noun in the message about a conversion that does not follow its `!` directly.
    pub exclamation_mark: &'static str,
    /// A source without a cookie is checked to be UTF-8 as a whole; else without comments and
    /// skipped text.
    pub check_comments: bool,
    /// The message about an f-string that ends within a field names the line where the field opens,
    /// if it differs.
    pub name_line_of_open_field: bool,
    /// An import from a module `__future__` of the own package (`from .__future__ import …`) is a
    /// future statement too.
    pub future_of_package: bool,
    /// An unknown future feature is reported at the start of its statement.
    pub place_future_at_statement: bool,
    /// The last part of a long line is shown with an error, else the first; a byte order mark is
    /// part of its line.
    pub last_part_of_line: bool,
    /// The columns of the parser's errors count bytes in a source with neither a byte order mark
    /// nor a cookie.
    pub parser_counts_bytes: bool,
    /// The columns of the error for leading zeros count bytes, else characters.
    pub zeros_in_bytes: bool,
    /// The error for an unterminated string asks whether its closing quote was escaped.
    pub asks_of_escaped_quote: bool,
    /// Carets below the line of an error end with it; and if the error ends on another line, they
    /// are below the whole rest.
    pub carets_end_with_line: bool,
    /// The warning about `~` of a `bool` names the version that will refuse it.
    pub dates_inverted_bool: bool,
    /// When mistakes are searched for, an error with a location of its own replaces an earlier one
    /// that ended a repetition.
    pub later_error_replaces: bool,
    /// A name that begins a soft keyword is one when mistakes are searched for.
    pub prefixes_are_soft: bool,
    /// The conversion of an f-string's field is checked when the field was read, else at once.
    pub late_conversion: bool,
    /// A cookie that contradicts the byte order mark is reported with its line.
    pub place_marked_cookie: bool,
    /// Line ends are replaced in decoded text too, and the last line is ended there.
    pub end_decoded_lines: bool,
    /// Largest small integer that is interned; small integers are never written without `FLAG_REF`.
    pub small_int_max: i32,
    /// A real operand of complex arithmetic gets no imaginary part, and NaN results are corrected
    /// as in C11.
    pub mixed_complex: bool,
    /// The sum of two NaNs is the second one.
    pub second_nan: bool,
    /// The sum of two complex numbers takes its NaNs from the second one.
    pub second_nan_of_complex_sum: bool,
    /// When complex numbers are multiplied, the products of the left number's real part take the
    /// second of two NaNs.
    pub second_nan_by_real_part: bool,
    /// When complex numbers are multiplied, the products of the left number's imaginary part take
    /// the second of two NaNs.
    pub second_nan_by_imaginary_part: bool,
    /// When complex numbers are multiplied, the imaginary part is the second of two NaNs, where the
    /// product of the left number's real part is the first.
    pub second_nan_of_imaginary_sum: bool,
    /// When complex numbers are multiplied for an integer power, the products of the left number's
    /// imaginary part take the first of two NaNs, whatever those of other products take.
    pub first_nan_in_power: bool,
    /// When complex numbers are divided, NaNs of the ratio of the divisor's parts, and of products
    /// with it, come before those of the dividend.
    pub nan_of_ratio: bool,
    /// The product of two NaNs is the second one.
    pub second_nan_of_product: bool,
    /// A float multiplied by the integer -1 is negated, even if it is a NaN.
    pub minus_one_negates: bool,
    /// In a complex power, the result of two NaNs is that of the exponent or the cosine, not that
    /// of the angle or the length.
    pub nan_of_cosine: bool,
    /// A complex power is divided by an exponential, and not multiplied by its inverse.
    pub power_by_division: bool,
    /// Noun for a parameter in the message about a duplicate.
    pub parameter_noun: &'static str,
    /// The root code object is written with `FLAG_REF`.
    pub root_flagged: bool,
    /// Bit of `RESUME`'s operand for a yield with exactly one handler.
    pub resume_depth_bit: u32,
    /// The operand of `CALL_FUNCTION_EX` says whether there are keywords.
    pub call_ex_flag: bool,
    /// `NOT_TAKEN` follows forward conditional jumps.
    pub mark_not_taken: bool,
    /// A list or set display is a constant if it is too long for the stack, has constants only, and
    /// is only iterated over or searched.
    pub fold_long_displays: bool,
    /// `None`, `True`, `False`, `''` and -1 are loaded by `LOAD_COMMON_CONSTANT`.
    pub common_values: bool,
    /// An iterator takes two places on the stack: itself, and an index or nothing.
    pub indexed_iterators: bool,
    /// A generator expression gets its iterator itself, in a preamble, and not from its caller; the
    /// scope, not the flags, decides which code starts as a generator.
    pub generator_preamble: bool,
    /// The operand of `IMPORT_NAME` says whether the import is lazy, eager or neither (PEP 810).
    pub import_modes: bool,
    /// Calls of `all`, `any` and `tuple` are compiled as loops for an asynchronous generator
    /// expression too.
    pub loops_over_coroutines: bool,
    /// `list(…)` and `set(…)` of a generator expression are compiled as loops, as `all`, `any` and
    /// `tuple` are.
    pub list_and_set_loops: bool,
    /// The qualified name of a function's `__annotate__` contains the function's name.
    pub annotate_below_function: bool,
    /// An inlined comprehension that binds names counts as a nested block.
    pub inlined_comprehension_is_block: bool,
    /// Annotations of positional-only parameters come before those of the other parameters.
    pub annotate_positional_first: bool,
    /// The exception handler of instructions that are added after handlers were assigned.
    pub late_handlers: LateHandlers,
    /// Loads after an empty block are converted to borrowing ones too.
    pub borrow_past_empty_blocks: bool,
    /// When loads are converted to borrowing ones, `GET_ITER` leaves its operand on the stack.
    pub iter_keeps_operand: bool,
    /// When loads are converted to borrowing ones, values that an instruction pushes in addition to
    /// its operands count as made by the block's first instructions, not by the instruction itself.
    pub results_of_first_instructions: bool,
    /// `co_localspluskinds` says how an argument is passed.
    pub argument_kinds: bool,
    /// The warning about an invalid escape sequence has the line of the sequence, and its error the
    /// columns; else those of the whole token.
    pub place_escapes: bool,
    /// An escape sequence of an f-string that cannot be decoded is reported at its text, and not at
    /// the last token that was read.
    pub place_field_text_faults: bool,
    /// The warning about an invalid escape sequence says that it will not work in the future.
    pub escapes_have_no_future: bool,
    /// `return`, `break` and `continue` that leave a `finally` block give a warning (PEP 765).
    pub warns_of_leaving_finally: bool,
    /// Warnings in the copy of a `finally` block that handles exceptions.
    pub finally_warnings: FinallyWarnings,
    /// Warnings of the code generator are issued once for each line and message.
    pub one_warning_for_a_line: bool,
    /// `PUSH_NULL` comes before the callable, not after it.
    pub null_first: bool,
    /// Jumps to the end of a statement or an expression check for signals.
    pub joins_check_signals: bool,
    /// The iterator of a loop has the location of the statement or comprehension, not of the
    /// iterable, and no NOP marks the start of an iteration.
    pub loop_at_statement: bool,
    /// The calls of a context manager have the location of the statement, not of the expression.
    pub with_at_statement: bool,
    /// A lambda returns at the start of its line, not at its body.
    pub lambda_returns_at_start: bool,
    /// A class body stores its first line, and the attributes that methods store on `self`.
    pub class_describes_source: bool,
    /// Docstrings lose the source's indentation.
    pub clean_docstrings: bool,
    /// A docstring that level 2 drops remains as a statement without effect.
    pub dropped_docstring_leaves_line: bool,
    /// The operand of `YIELD_VALUE` is the number of handlers around it; `RESUME` says nothing of
    /// them.
    pub yields_tell_depth: bool,
    /// Every label starts a block, else only those that are jumped to.
    pub labels_start_blocks: bool,
    /// Smallest `co_stacksize`.
    pub least_stack: u32,
    /// `END_FOR` drops the iterator too, else only the value above it.
    pub end_for_drops_iterator: bool,
    /// The operand of `MAKE_FUNCTION` says which attributes of the function are on the stack; else
    /// `SET_FUNCTION_ATTRIBUTE` sets each of them.
    pub attributes_in_make_function: bool,
    /// The function that evaluates a bound has the location of the type parameter, not of the
    /// bound.
    pub evaluators_at_parameter: bool,
    /// The name of a generic class mangles private names in the rest of the scope around it; else
    /// only names that its type parameters bind, and only in their scope.
    pub generic_class_renames_rest: bool,
    /// `POP_BLOCK` is removed after all other passes, else when handlers are assigned.
    pub late_block_ends: bool,
    /// Names may contain joiners and katakana middle dots.
    pub joiners_in_names: bool,
    /// The `POP_TOP` at the start of a generator has no line.
    pub generator_pop_lacks_line: bool,
    /// Qualified names and file names are interned.
    pub interned_qualified_names: bool,
    /// Names such as `<lambda>`, which exist from the start of the process, are interned.
    pub interned_start_up_names: bool,
    /// Members of a frozenset count as shared when they are sorted.
    pub members_count_as_shared: bool,
    /// An inlined comprehension overrides only the symbols of names that it saves.
    pub override_saved_only: bool,
    /// Deepest nesting of statements that a jump would have to leave (`CO_MAXBLOCKS`).
    pub deepest_blocks: usize,
    /// The body of a generator counts as a nested block.
    pub generator_is_block: bool,
    /// The jump from a handler that was moved to the end back to other code has no line.
    pub cold_jumps_lack_line: bool,
    /// All Latin-1 characters are interned, else only those that are names.
    pub interned_characters: bool,
    /// Letters that exist a second time, as interned names.
    pub letters_with_own_names: &'static str,
    /// A failed assertion is raised at the statement, not at its test.
    pub assertion_raised_at_statement: bool,
    /// The number of the label decides how long a jump is at first, else the index of its target.
    pub jumps_sized_by_label: bool,
    /// A format spec keeps each piece of its text, even an empty one, unless that is all.
    pub spec_keeps_pieces: bool,
    /// An f-string without parts is built, not loaded.
    pub builds_empty_strings: bool,
    /// Number of levels of fields that may show their text; the innermost may not.
    pub shown_field_levels: u32,
    /// Lambdas and comprehensions may occur in annotation scopes that see the names of a class.
    pub functions_see_class: bool,
    /// A comprehension inlined in a class body refers to `__class__` and `__classdict__` like a
    /// method does.
    pub class_cells_in_comprehensions: bool,
    /// Errors in a tuple of types call it constraints, not a bound.
    pub names_constraints: bool,
    /// The error for `yield from` outside of a function names it, else `yield`.
    pub yield_from_has_name: bool,
    /// The `idna` codec names itself in errors about bytes that are not ASCII, else `ascii`.
    pub idna_names_itself: bool,
    /// `punycode` decodes both parts of its input as ASCII first, and its errors have no position.
    pub punycode_lacks_positions: bool,
    /// An error of a codec that is not about bytes is wrapped in one that names the codec.
    pub wraps_codec_errors: bool,
    /// The error for an expression that an annotation must not contain quotes its kind.
    pub quotes_kind_in_annotation: bool,
    /// In a format spec after a field, braces delimit fields.
    pub spec_goes_on: bool,
    /// In comprehensions, the target of an assignment expression is looked up by its mangled name.
    pub targets_found_mangled: bool,
    /// An assignment expression in a comprehension cannot bind a name that a target of the
    /// comprehension only reads (`x[0]`).
    pub reads_in_targets_bind: bool,
    /// Names in the `else` block of `try` are found before those in its handlers.
    pub else_before_handlers: bool,
    /// Largest number of exception handlers around an instruction. CPython crashes if more are
    /// asked for, which it prevents where inlined comprehensions are blocks.
    pub deepest_handlers: u32,
    /// Code that has no location of its own has that which the code before it left.
    pub locations_linger: bool,
    /// Passes go through the blocks in the order in which they were made, the last one first.
    pub passes_follow_creation: bool,
    /// A method is loaded by an opcode of its own, and `LOAD_ATTR` has no flag.
    pub methods_have_opcode: bool,
    /// A unit whose code ends with `return` does not return `None` after it.
    pub no_second_return: bool,
    /// The code that cleans up after a handler of `with` comes before the end of the handler, and
    /// not after it.
    pub with_cleanup_first: bool,
    /// `except*` copies the group before it makes the list of exceptions.
    pub group_copied_first: bool,
    /// Comprehensions other than generator expressions are inlined (PEP 709).
    pub inlines_comprehensions: bool,
    /// A class provides its namespace to scopes within, as `__classdict__`.
    pub class_dict_cells: bool,
    /// A NOP after `RESUME` is not redundant because of its line.
    pub resume_lacks_line: bool,
    /// Each instruction has an entry in the line table, even if its location is that of the one
    /// before it.
    pub line_entry_for_each: bool,
    /// A handler of `except*` that matches nothing is left before its body, and not after it.
    pub unmatched_left_first: bool,
    /// The jump at the end of a `case` has the location that its last statement left, else none.
    pub case_ends_at_statement: bool,
    /// A module or class whose only annotations are in `match` statements does not set up
    /// `__annotations__`.
    pub ignores_annotations_in_cases: bool,
    /// Stores take the place of swaps even if two of them store to the same local.
    pub swaps_equal_stores: bool,
    /// The fields of an f-string are read by themselves, as expressions in parentheses without
    /// backslashes and comments, and its parts have the location of the whole.
    pub reads_fields_apart: bool,
    /// The warning about an invalid escape sequence is a `DeprecationWarning`, else a
    /// `SyntaxWarning`.
    pub escapes_are_deprecated: bool,
    /// The token of a line end ends before it.
    pub line_ends_have_no_width: bool,
    /// Letters in bytes literals that are not ASCII are reported at the literal, and not at the
    /// last token that was read.
    pub places_letters_of_bytes: bool,
    /// The `MemoryError` about rules that nest too deeply has a message.
    pub explains_parser_stack: bool,
    /// Parameters and keyword arguments named `__debug__` are reported at the function, lambda or
    /// call, and not at themselves.
    pub places_debug_at_owner: bool,
    /// Only statements on later lines than the last future statement are late, and one on a line
    /// with another statement before it is reported first.
    pub late_futures_by_line: bool,
    /// A source that ends with `\r\n` has another empty line.
    pub carriage_return_adds_line: bool,
    /// `~` of a `bool` gives a warning.
    pub warns_of_inverted_bool: bool,
    /// The warning about `is` with a literal names its type.
    pub names_type_of_literal: bool,
    /// Warnings about values of the wrong type have the location of the call or subscript, not of
    /// the value.
    pub warns_at_operation: bool,
    /// The error for a NUL byte is a `ValueError`, else a `SyntaxError`.
    pub null_is_value_error: bool,
    /// A number directly before a character that is not ASCII is invalid; else the character may
    /// be.
    pub numbers_end_before_ascii: bool,
    /// When mistakes are searched for, every error replaces an earlier one that ended a repetition
    /// or a lookahead, also one without a location of its own.
    pub every_error_replaces: bool,
    /// Invalid escape sequences are reported again when mistakes are searched for.
    pub warns_on_second_reading: bool,
}

impl Features {
    /// Returns the message for rules that nest too deeply for the parser.
    pub const fn too_complex(&self) -> &'static str {
        match self.explains_parser_stack {
            true => "Parser stack overflowed - Python source too complex to parse",
            false => "",
        }
    }

    /// Returns the message for a tree that is too deep for the compiler.
    pub const fn too_deep(&self) -> &'static str {
        match self.deepest_tree {
            Some(_) => "maximum recursion depth exceeded during compilation",
            None => "Stack overflow during compilation",
        }
    }
}
