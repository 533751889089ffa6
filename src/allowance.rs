//! Bounds on the work for one file: its time, its memory, its stack, and the wish to stop.
//!
//! CPython: none; an interpreter that runs for too long is killed from outside.
//!
//! [`within`] does work under an [`Allowance`]. The work asks from time to time, and where the allowance is spent the
//! question does not return: it unwinds to [`within`], which returns the reason. Nothing is passed from function to
//! function, and work that nobody bounded never stops.
//!
//! | call | where | cost |
//! |---|---|---|
//! | [`ask`] | in each loop whose length the input decides: once for each statement, expression or some tens of tokens | a counter in the thread; the clock is read each 256th time |
//! | [`ask_holding`] | the same, where memory grows: its closure says what the arena and the lists of this stage hold now | the same |
//! | [`hold`] | at the end of a stage, with what stays until the file is done | checks at once |
//! | [`ask_now`] | before long work that cannot ask | reads the clock |
//! | [`ask_deep`] | in each step of a recursion whose depth the input decides | compares an address |
//! | [`ask_stack`] | before a recursion whose depth is known | compares an address |
//!
//! A parser, for example, calls `ask_holding(|| arena.allocated_bytes())` for each statement and each element of a display,
//! and its caller calls `hold(arena.allocated_bytes())` when the tree is complete.
//!
//! **Invariant:** what is asked never changes a result; it ends the work or does nothing.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

/// Number of questions that share one look at the clock.
const INTERVAL: u32 = 256;

/// Limits on the time and memory of one file.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// When its time is over; `None` for no limit.
    pub deadline: Option<Instant>,
    /// Bytes that it may hold at once.
    pub memory: usize,
    /// Bytes of stack that it may use.
    pub stack: usize,
    /// Set by others when all work is to stop.
    pub stop: &'static AtomicBool,
}

/// The part of an allowance that was used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// All work is to stop.
    Stopped,
    /// The time is over.
    Time,
    /// It needs more memory.
    Memory,
    /// It needs a larger stack.
    Stack,
}

thread_local! {
    /// Questions until the next look at the clock.
    static LEFT: Cell<u32> = const { Cell::new(INTERVAL) };
    static CURRENT: Cell<Option<Allowance>> = const { Cell::new(None) };
    /// Bytes that [`hold`] counted.
    static HELD: Cell<usize> = const { Cell::new(0) };
    /// The lowest address that the stack may grow to.
    static FLOOR: Cell<usize> = const { Cell::new(0) };
}

/// Does `work` under `allowance`, which this thread has until the work is done.
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

/// Ends the work if its allowance is spent. Looks at the clock each 256th time.
#[inline]
pub fn ask() {
    ask_holding(|| 0);
}

/// [`ask`], where the caller holds `bytes()` on top of what [`hold`] counted.
#[inline]
pub fn ask_holding(bytes: impl FnOnce() -> usize) {
    match LEFT.get() {
        0 => look(bytes()),
        left => LEFT.set(left - 1),
    }
}

/// [`ask`], whose answer is wanted at once.
pub fn ask_now() {
    look(0);
}

/// Counts `bytes` that are held until the work is done, or are about to be taken, and ends the work if they are too many.
pub fn hold(bytes: usize) {
    HELD.set(HELD.get().saturating_add(bytes));
    look(0);
}

/// Takes `bytes` that are not held any longer from the count.
pub fn release(bytes: usize) {
    HELD.set(HELD.get().saturating_sub(bytes));
}

/// Ends the work if its stack is used up.
#[inline]
pub fn ask_deep() {
    if here() < FLOOR.get() {
        spend(Spent::Stack);
    }
}

/// Ends the work if less than `bytes` of its stack are left.
pub fn ask_stack(bytes: usize) {
    if here().saturating_sub(FLOOR.get()) < bytes {
        spend(Spent::Stack);
    }
}

/// The address that the stack has grown down to.
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
    // Unlike a panic it prints nothing: this is not a bug.
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
