//! Stacks for the children of nodes: a list is collected on a stack and copied to the arena when
//! complete.

use bumpalo::Bump;

use crate::syntax::ast::{
    Alias, Arg, CompareOperator, Comprehension, ExceptHandler, Expr, Keyword, MatchCase, Pattern, Stmt,
    TypeParam, UnaryOperator, WithItem,
};
use crate::text::{Location, Name, Position};

/// Stack for the children of unfinished nodes.
pub(super) struct Stack<T>(Vec<T>);

impl<T> Default for Stack<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Stack<T> {
    /// Returns the start of a new list.
    #[inline(always)]
    pub(super) fn base(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    pub(super) fn push(&mut self, item: T) {
        self.0.push(item);
    }

    #[inline(always)]
    pub(super) fn pop_from(&mut self, base: usize) -> Option<T> {
        if self.0.len() > base { self.0.pop() } else { None }
    }

    /// Completes the list that begins at `base`.
    #[inline]
    pub(super) fn take<'a>(&mut self, base: usize, arena: &'a Bump) -> &'a [T] {
        if self.0.len() == base {
            return &[];
        }
        let list = arena.alloc_slice_copy(&self.0[base..]);
        self.0.truncate(base);
        list
    }

    /// Returns the list that begins at `base`.
    pub(super) fn since(&self, base: usize) -> &[T] {
        &self.0[base..]
    }

    pub(super) fn extend(&mut self, items: &[T]) {
        self.0.extend_from_slice(items);
    }

    pub(super) fn truncate(&mut self, base: usize) {
        self.0.truncate(base);
    }

    /// Returns its memory in bytes.
    fn size(&self) -> usize {
        self.0.capacity() * size_of::<T>()
    }

    /// Returns the stack, to append to the last list.
    pub(super) fn vec(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl Stack<Expr<'_>> {
    /// Sets the end of the last expression.
    pub(super) fn end_last_at(&mut self, end: Position) {
        if let Some(last) = self.0.last_mut() {
            last.location = Location::between(last.location.start(), end);
        }
    }
}

macro_rules! stacks {
    ($($name:ident: $item:ty,)*) => {
        /// Stacks for all kinds of children.
        #[derive(Default)]
        pub(super) struct Stacks<'a> {
            $(pub(super) $name: Stack<$item>,)*
        }

        /// Number of children on each stack.
        pub(super) struct StackLengths {
            $($name: usize,)*
        }

        impl Stacks<'_> {
            pub(super) fn lengths(&self) -> StackLengths {
                StackLengths { $($name: self.$name.base(),)* }
            }

            /// Returns their memory in bytes.
            pub(super) fn size(&self) -> usize {
                0 $(+ self.$name.size())*
            }

            pub(super) fn truncate(&mut self, lengths: &StackLengths) {
                $(self.$name.truncate(lengths.$name);)*
            }
        }
    };
}

stacks! {
    statements: Stmt<'a>,
    expressions: Expr<'a>,
    keys: Option<Expr<'a>>,
    keywords: Keyword<'a>,
    comparisons: CompareOperator,
    prefixes: (UnaryOperator, Position),
    clauses: Comprehension<'a>,
    parameters: Arg<'a>,
    aliases: Alias,
    names: Name,
    type_params: TypeParam<'a>,
    items: WithItem<'a>,
    handlers: ExceptHandler<'a>,
    cases: MatchCase<'a>,
    patterns: Pattern<'a>,
    text: u8,
}

/// Depths of nodes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heights {
    /// Height of the highest node among the current siblings.
    pub(super) current: u32,
    /// Number of enclosing statements.
    pub(super) statements: u32,
    /// Depth of the deepest node.
    pub(super) deepest: u32,
}

impl Heights {
    /// Begins a list of siblings and returns the argument for [`Heights::end`].
    #[inline(always)]
    pub(super) fn begin(&mut self) -> u32 {
        std::mem::replace(&mut self.current, 0)
    }

    #[inline(always)]
    pub(super) fn end(&mut self, outer: u32) {
        self.current = self.current.max(outer);
    }

    /// Begins a statement.
    #[inline(always)]
    pub(super) fn enter(&mut self) {
        self.note();
        self.statements += 1;
    }

    /// Ends a statement.
    #[inline(always)]
    pub(super) fn leave(&mut self) {
        self.note();
        self.statements -= 1;
    }

    #[inline(always)]
    fn note(&mut self) {
        self.deepest = self.deepest.max(self.statements + self.current);
        self.current = 0;
    }
}
