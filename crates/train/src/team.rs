//! A few threads that work through the phases of many steps together.
//!
//! The leader publishes a phase, does its own part, and waits for the others. Waiting is a bounded spin, then parking:
//! a member whose core is busy with something else gets the leader's core. Where that happens, the leader works alone
//! for a while, doing everybody's part, before it asks for help again: who does a part never changes its bits.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Builder, Thread};

/// Steps that the leader does alone after a member was late; four times as many after each further time.
const SOLO: u32 = 4;
/// Multiply-adds of the longest such stretch: about a second's work. Asking again costs the few milliseconds that a
/// neighbour keeps a core.
const LONGEST: usize = 50_000_000_000;
/// Multiply-adds together without a late member after which the machine counts as quiet: a neighbour shows within the
/// slices of a few milliseconds that it takes, and an interrupt now and then is none.
const QUIET: usize = 5_000_000_000;
/// Spins of about 20 ns before a thread parks, beside those that stand for the phase's own length.
const SPINS: usize = 2000;

/// Multiply-adds in the time of one spin of a waiting thread.
const PRODUCTS_PER_SPIN: usize = 500;

/// The number that tells the members to go home.
const STOP: usize = usize::MAX;

/// A thread that may be asleep.
#[derive(Debug, Default)]
struct Seat {
    thread: OnceLock<Thread>,
    parked: AtomicBool,
}

impl Seat {
    /// Returns when `ready` holds; true if that took parking.
    fn wait(&self, spins: usize, ready: impl Fn() -> bool) -> bool {
        for _ in 0..spins {
            if ready() {
                return false;
            }
            std::hint::spin_loop();
        }
        self.parked.store(true, Ordering::SeqCst);
        while !ready() {
            thread::park();
        }
        self.parked.store(false, Ordering::Relaxed);
        true
    }

    /// To be called after what the thread waits for has been made true.
    fn wake(&self) {
        if self.parked.load(Ordering::SeqCst)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }
}

/// Two cache lines of its own: threads that wait for one value don't take another from those who write it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

#[derive(Debug)]
struct Board {
    /// Counts published phases.
    turn: Apart<AtomicUsize>,
    phase: AtomicUsize,
    /// Members that are not done with the phase.
    busy: Apart<AtomicUsize>,
    failed: AtomicBool,
    leader: Seat,
    seats: Vec<Seat>,
}

/// What a leader has learned of the machine: kept from one team to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Experience {
    /// Steps to do alone before the team is asked again, and how many the next such stretch has.
    solo: u32,
    next_solo: u32,
    /// Steps together since the last late one.
    together: u32,
}

impl Default for Experience {
    fn default() -> Self {
        Self { solo: 0, next_solo: SOLO, together: 0 }
    }
}

/// The leader's handle on its team.
pub(crate) struct Team<'a, W: Fn(usize, usize) + Sync> {
    work: &'a W,
    board: &'a Board,
    members: usize,
    spins: usize,
    /// Multiply-adds of a step.
    products: usize,
    experience: &'a mut Experience,
    /// Whether there is nobody to ask.
    alone: bool,
}

/// Runs `lead` with a team of `members`, the caller's thread among them; `work(phase, member)` does one member's part.
/// A step has as many multiply-adds as `products` says: for so long members wait before they park.
pub(crate) fn with_team<W: Fn(usize, usize) + Sync, R>(
    members: usize,
    products: usize,
    experience: &mut Experience,
    work: &W,
    lead: impl FnOnce(&mut Team<W>) -> R,
) -> R {
    let board = Board {
        turn: Apart::default(),
        phase: AtomicUsize::new(0),
        busy: Apart::default(),
        failed: AtomicBool::new(false),
        leader: Seat::default(),
        seats: (1..members).map(|_| Seat::default()).collect(),
    };
    let spins = SPINS + products / members / PRODUCTS_PER_SPIN;
    thread::scope(|scope| {
        let _ = board.leader.thread.set(thread::current());
        let mut hired = 0;
        for member in 1..members {
            let board = &board;
            hired += usize::from(
                Builder::new().spawn_scoped(scope, move || follow(board, member, spins, work)).is_ok(),
            );
        }
        // A system that gives no thread leaves everything to the leader.
        let alone = hired + 1 < members || members == 1;
        let mut team = Team { work, board: &board, members, spins, products, experience, alone };
        lead(&mut team)
    })
}

/// A member's life: wait for a phase, do its part, say so.
fn follow<W: Fn(usize, usize) + Sync>(board: &Board, member: usize, spins: usize, work: &W) {
    let seat = &board.seats[member - 1];
    let _ = seat.thread.set(thread::current());
    let mut seen = 0;
    loop {
        seat.wait(spins, || board.turn.0.load(Ordering::SeqCst) != seen);
        seen = board.turn.0.load(Ordering::SeqCst);
        let phase = board.phase.load(Ordering::Acquire);
        if phase == STOP {
            return;
        }
        let done = Done { board };
        work(phase, member);
        drop(done);
    }
}

/// Says that a member is done, also when it panicked.
struct Done<'a> {
    board: &'a Board,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.board.failed.store(true, Ordering::SeqCst);
        }
        self.board.busy.0.fetch_sub(1, Ordering::SeqCst);
        self.board.leader.wake();
    }
}

impl<W: Fn(usize, usize) + Sync> Team<'_, W> {
    /// Has every member do its part of `phase`, and returns when all have.
    ///
    /// # Panics
    /// If a member panicked.
    pub fn run(&mut self, phase: usize) {
        if self.alone || self.experience.solo > 0 {
            return (0..self.members).for_each(|member| (self.work)(phase, member));
        }
        self.board.busy.0.store(self.members - 1, Ordering::SeqCst);
        self.publish(phase);
        (self.work)(phase, 0);
        let late = self.board.leader.wait(self.spins, || self.board.busy.0.load(Ordering::SeqCst) == 0);
        assert!(!self.board.failed.load(Ordering::SeqCst), "a thread of the training team panicked");
        if late {
            let longest = (LONGEST / self.products.max(1)).clamp(SOLO as usize, 1 << 24) as u32;
            let experience = &mut *self.experience;
            experience.solo = experience.next_solo;
            experience.next_solo = (experience.next_solo * 4).min(longest);
            experience.together = 0;
        }
    }

    /// Counts a finished step.
    pub fn step(&mut self) {
        let quiet = (QUIET / self.products.max(1)) as u32;
        let experience = &mut *self.experience;
        if experience.solo > 0 {
            experience.solo -= 1;
            return;
        }
        experience.together = experience.together.saturating_add(1);
        if experience.together > quiet {
            experience.next_solo = SOLO;
        }
    }

    fn publish(&self, phase: usize) {
        self.board.phase.store(phase, Ordering::Release);
        self.board.turn.0.fetch_add(1, Ordering::SeqCst);
        self.board.seats.iter().for_each(Seat::wake);
    }
}

impl<W: Fn(usize, usize) + Sync> Drop for Team<'_, W> {
    fn drop(&mut self) {
        self.publish(STOP);
    }
}
