//! Limits on the work for one file: its time, memory and stack, and a request to stop.
//!
//! CPython: none; an interpreter that runs for too long is killed from outside.
//!
//! [`within`] does work under an [`Allowance`]. The work calls the functions below from time to
//! time. If a limit is exceeded, the call does not return but unwinds to [`within`], which returns
//! the reason. No function has a parameter for the limits, and work outside of [`within`] has none.
//!
//! | call | where | cost |
//! |---|---|---|
//! | [`ask`] | in each loop whose length depends on the input: once for each statement, expression or some tens of tokens | a counter in the thread; the clock is read each 256th time |
//! | [`ask_holding`] | like [`ask`], where memory grows: its closure returns the bytes that the arena and the lists of the stage hold | like [`ask`] |
//! | [`hold`] | at the end of a stage, with the memory that is kept until the file is done | checks at once |
//! | [`note`], [`release`] | where something is made or dropped that is held for longer than a stage | an addition |
//! | [`ask_now`] | before long work that makes no calls | reads the clock |
//! | [`ask_deep`] | in each step of a recursion whose depth depends on the input | compares an address |
//! | [`ask_stack`] | before a recursion whose depth is known | compares an address |
//!
//! A parser, for example, calls `ask_holding(|| arena.allocated_bytes())` for each statement and
//! each element of a display, and its caller calls `hold(arena.allocated_bytes())` when the tree is
//! complete.
//!
//! **Invariant:** a limit never changes a result; it ends the work or has no effect.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

/// Number of calls between two reads of the clock.
const INTERVAL: u32 = 256;

/// Limits on the time, memory and stack of one file, and the request to stop.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// End of the file's time; `None` for no limit.
    pub deadline: Option<Instant>,
    /// Largest number of bytes held at once.
    pub memory: usize,
    /// Largest number of bytes of stack.
    pub stack: usize,
    /// Set by another thread to stop all work.
    pub stop: &'static AtomicBool,
}

/// The limit that ended the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// A request to stop all work.
    Stopped,
    /// The deadline passed.
    Time,
    /// The file needs more memory.
    Memory,
    /// The file needs a larger stack.
    Stack,
}

thread_local! {
    /// Calls until the next read of the clock.
    static LEFT: Cell<u32> = const { Cell::new(INTERVAL) };
    static CURRENT: Cell<Option<Allowance>> = const { Cell::new(None) };
    /// Bytes counted by [`hold`].
    static HELD: Cell<usize> = const { Cell::new(0) };
    /// Lowest address that the stack may reach.
    static FLOOR: Cell<usize> = const { Cell::new(0) };
}

/// Runs `work` under `allowance`, which applies to this thread until the work is done.
///
/// The outer error is a panic of the work.
pub fn within<R>(allowance: Allowance, work: impl FnOnce() -> R) -> thread::Result<Result<R, Spent>> {
    let outer = CURRENT.replace(Some(allowance));
    let held = HELD.replace(0);
    let floor = FLOOR.replace(here().saturating_sub(allowance.stack));
    LEFT.set(INTERVAL);
    let done = catch_unwind(AssertUnwindSafe(work));
    CURRENT.set(outer);
    HELD.set(held);
    FLOOR.set(floor);
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(thrown) => thrown.downcast::<Spent>().map(|spent| Err(*spent)),
    }
}

/// Ends the work if a limit is exceeded. Reads the clock in every 256th call.
#[inline]
pub fn ask() {
    ask_holding(|| 0);
}

/// Does the work of [`ask`] where the caller holds `bytes()` in addition to the bytes that [`hold`]
/// counted.
#[inline]
pub fn ask_holding(bytes: impl FnOnce() -> usize) {
    match LEFT.get() {
        0 => look(bytes()),
        left => LEFT.set(left - 1),
    }
}

/// Bytes that lists take while they grow: the `bytes` that they have, and twice as many.
pub const fn growing(bytes: usize) -> usize {
    bytes.saturating_mul(3)
}

/// Does the work of [`ask`] and always reads the clock.
pub fn ask_now() {
    look(0);
}

/// Counts `bytes` that are held until the work is done or are about to be allocated, and ends the
/// work if the limit is exceeded.
pub fn hold(bytes: usize) {
    HELD.set(HELD.get().saturating_add(bytes));
    look(0);
}

/// Counts `bytes` as [`hold`] does, for small amounts: the next call of [`ask`] or [`hold`] checks
/// the limit.
#[inline]
pub fn note(bytes: usize) {
    HELD.set(HELD.get().saturating_add(bytes));
}

/// Subtracts `bytes` that are no longer held.
pub fn release(bytes: usize) {
    HELD.set(HELD.get().saturating_sub(bytes));
}

/// Ends the work if the stack limit is reached.
#[inline]
pub fn ask_deep() {
    if here() < FLOOR.get() {
        spend(Spent::Stack);
    }
}

/// Ends the work if less than `bytes` of the stack are left.
pub fn ask_stack(bytes: usize) {
    if here().saturating_sub(FLOOR.get()) < bytes {
        spend(Spent::Stack);
    }
}

/// Returns the address that the stack has reached.
#[inline(always)]
pub fn here() -> usize {
    let local = 0u8;
    std::ptr::from_ref(std::hint::black_box(&local)).addr()
}

#[cold]
fn look(bytes: usize) {
    LEFT.set(INTERVAL);
    let Some(allowance) = CURRENT.get() else { return };
    let spent = if allowance.stop.load(Ordering::Relaxed) {
        Spent::Stopped
    } else if HELD.get().saturating_add(bytes) > allowance.memory {
        Spent::Memory
    } else if allowance.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
        Spent::Time
    } else {
        return;
    };
    spend(spent);
}

#[cold]
fn spend(spent: Spent) -> ! {
    // Unlike `panic!`, this prints nothing: a limit is not a bug.
    resume_unwind(Box::new(spent));
}

#[cfg(test)]
mod tests {
    use super::{Allowance, Spent, ask, ask_deep, ask_holding, ask_stack, hold, release, within};
    use std::sync::atomic::AtomicBool;
    use std::time::{Duration, Instant};

    static NEVER: AtomicBool = AtomicBool::new(false);
    static ALWAYS: AtomicBool = AtomicBool::new(true);
    const FREE: Allowance = Allowance { deadline: None, memory: usize::MAX, stack: usize::MAX, stop: &NEVER };

    #[test]
    fn work_that_is_not_bounded_goes_on() {
        for _ in 0..1000 {
            ask_holding(|| usize::MAX);
        }
        hold(usize::MAX);
        release(usize::MAX);
    }

    #[test]
    fn each_bound_ends_the_work() {
        let endless = || -> () {
            loop {
                ask();
            }
        };
        let over = Allowance { deadline: Some(Instant::now() + Duration::from_millis(5)), ..FREE };
        assert_eq!(within(over, endless).unwrap(), Err(Spent::Time));
        let stopped = Allowance { stop: &ALWAYS, ..FREE };
        assert_eq!(within(stopped, endless).unwrap(), Err(Spent::Stopped));
        let small = Allowance { memory: 1000, ..FREE };
        let mut list = Vec::<u8>::new();
        let growing = || {
            loop {
                list.push(0);
                ask_holding(|| list.len());
            }
        };
        assert_eq!(within(small, growing).unwrap(), Err::<(), _>(Spent::Memory));
        assert!(list.len() < 2000);
        assert_eq!(within(small, || hold(1001)).unwrap(), Err(Spent::Memory));
        assert_eq!(within(small, || (0..9).for_each(|_| (hold(900), release(900)).0)).unwrap(), Ok(()));
    }

    #[test]
    fn a_recursion_ends_before_the_stack_does() {
        fn deeper(depth: usize, reached: &mut usize) -> usize {
            ask_deep();
            *reached = depth;
            if depth == usize::MAX { 0 } else { deeper(depth + 1, reached) + std::hint::black_box(depth) }
        }
        let mut reached = 0;
        let small = Allowance { stack: 64 << 10, ..FREE };
        assert_eq!(within(small, || deeper(0, &mut reached)).unwrap(), Err(Spent::Stack));
        assert!((100..10_000).contains(&reached), "{reached}");
        assert_eq!(within(small, || ask_stack(32 << 10)).unwrap(), Ok(()));
        assert_eq!(within(small, || ask_stack(65 << 10)).unwrap(), Err(Spent::Stack));
        ask_stack(1 << 30);
    }

    #[test]
    fn a_panic_stays_a_panic() {
        assert!(within(FREE, || panic!("on purpose")).is_err());
        assert_eq!(within(FREE, || 1).unwrap(), Ok(1));
    }
}
